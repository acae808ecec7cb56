import type { AppKind } from './apps.js';
import { serverDefaults, tokenErrcodes, type ServerSettings } from './server-settings.js';

/** The refusals of a code exchange, each by its errcode. */
export const exchangeErrcodes = [41002, 41004, 40013, 40125, 40002, 41008, 40029, 40163] as const;

export type ExchangeErrcode = (typeof exchangeErrcodes)[number];

/** How WeChat behaves where its documentation is silent or contradicts itself. */
export interface SimulatorSettings extends ServerSettings {
  /** Content types of JSON answers, below `/sns/` and elsewhere. */
  contentTypes: { sns: string; others: string };
  /** Whether `/` is written `\/` inside JSON. */
  escapedSlashes: boolean;
  /** All refusals of a code exchange, in the order in which they are looked for. */
  checkOrder: readonly ExchangeErrcode[];
  /** Seconds for which a used code answers 40163 and not yet 40029; null: for the rest of its lifetime. */
  usedCodeSeconds: number | null;
  /** A person's session_key changes at each n-th login. */
  sessionKeyEvery: number;
  /** Whether the scope of an answer ends in a comma: `snsapi_userinfo,`. */
  trailingScopeComma: boolean;
  /** Days for which a user-level refresh_token lasts. */
  refreshTokenDays: Readonly<Record<AppKind, number>>;
  /** Seconds until a QR code to log in expires, and for which its long poll is held. */
  qrSeconds: number;
  qrHoldSeconds: number;
  /** Whether a person who refuses is sent back with the state alone, instead of staying where he was. */
  refusalRedirects: boolean;
  /** Whether the consent of an official account asks for WeChat's own browser. */
  requireWechatBrowser: boolean;
  /** Whether apps are told unionids, where nothing else is said. */
  unionids: boolean;
  /** Whether `snsapi_userinfo` opens snapshot pages (快照页) without asking. */
  snapshotPages: boolean;
  /** Other words for some errcodes, without the rid. */
  errmsgs: Readonly<Record<number, string>>;
}

const defaults: SimulatorSettings = {
  ...serverDefaults,
  contentTypes: { sns: 'text/plain', others: 'application/json; encoding=utf-8' },
  escapedSlashes: true,
  checkOrder: exchangeErrcodes,
  usedCodeSeconds: null,
  sessionKeyEvery: 1,
  trailingScopeComma: false,
  refreshTokenDays: { 'mini-program': 30, website: 30, 'official-account': 30, mobile: 180 },
  qrSeconds: 300,
  qrHoldSeconds: 25,
  refusalRedirects: false,
  requireWechatBrowser: false,
  unionids: true,
  snapshotPages: false,
  errmsgs: {},
};

/** Throws a RangeError where `checkOrder` or `tokenCheckOrder` leaves a check out or `sessionKeyEvery` is below 1. */
export function completeSettings(settings: Partial<SimulatorSettings> = {}): SimulatorSettings {
  const complete = { ...defaults, ...settings };
  const missing = exchangeErrcodes.filter((errcode) => !complete.checkOrder.includes(errcode));
  if (missing.length > 0) throw new RangeError(`checkOrder leaves out ${missing.join(', ')}`);
  const unchecked = tokenErrcodes.filter((errcode) => !complete.tokenCheckOrder.includes(errcode));
  if (unchecked.length > 0) throw new RangeError(`tokenCheckOrder leaves out ${unchecked.join(', ')}`);
  if (!(complete.sessionKeyEvery >= 1)) throw new RangeError('sessionKeyEvery must be 1 or more');
  return complete;
}
