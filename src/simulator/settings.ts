/** The refusals of a code exchange, each by its errcode. */
export const exchangeErrcodes = [41002, 41004, 40013, 40125, 40002, 41008, 40029, 40163] as const;

export type ExchangeErrcode = (typeof exchangeErrcodes)[number];

/** How WeChat behaves where its documentation is silent or contradicts itself. */
export interface SimulatorSettings {
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
  /** Other words for some errcodes, without the rid. */
  errmsgs: Readonly<Record<number, string>>;
}

const defaults: SimulatorSettings = {
  contentTypes: { sns: 'text/plain', others: 'application/json; encoding=utf-8' },
  escapedSlashes: true,
  checkOrder: exchangeErrcodes,
  usedCodeSeconds: null,
  sessionKeyEvery: 1,
  errmsgs: {},
};

/** Throws a RangeError where `checkOrder` leaves a check out or `sessionKeyEvery` is below 1. */
export function completeSettings(settings: Partial<SimulatorSettings> = {}): SimulatorSettings {
  const complete = { ...defaults, ...settings };
  const missing = exchangeErrcodes.filter((errcode) => !complete.checkOrder.includes(errcode));
  if (missing.length > 0) throw new RangeError(`checkOrder leaves out ${missing.join(', ')}`);
  if (!(complete.sessionKeyEvery >= 1)) throw new RangeError('sessionKeyEvery must be 1 or more');
  return complete;
}
