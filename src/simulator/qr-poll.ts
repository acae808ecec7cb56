import type { ServerResponse } from 'node:http';
import type { QrLogin } from './qr-login.js';
import type { Simulation } from './simulation.js';

const expiredErrcode = 402;
const nothingNewErrcode = 408;

/** What a poll is told. */
export interface PollAnswer {
  errcode: number;
  code: string;
  redirectTo: string | null;
}

/** Waits for news of a QR code, as long as the setting, its life and the caller's patience last. */
export async function pollQrLogin(
  { qrLogins, held, settings, now }: Simulation,
  { uuid, last }: { uuid: string; last: number },
  reply: ServerResponse,
): Promise<PollAnswer> {
  const login = qrLogins.find(uuid);
  if (login && !login.hasNewsFor(last)) {
    held.hold(reply);
    const patienceMs = Math.min(settings.qrHoldSeconds * 1000, login.expiresAt - now());
    await moveWithin(login, patienceMs, reply);
  }
  return newsOf(qrLogins.find(uuid), last);
}

/** The body in one of WeChat's three forms: JavaScript, with `f=url` the address in it, or with `f=json` JSON. */
export function pollBody({ errcode, code, redirectTo }: PollAnswer, form: string | null): string {
  if (form === 'json') return JSON.stringify({ wx_errcode: errcode, wx_code: code || undefined });
  const script = `window.wx_errcode=${errcode};window.wx_code=${quoted(code)};`;
  return form === 'url' && redirectTo ? `${script}window.wx_redirecturl=${quoted(redirectTo)};` : script;
}

function newsOf(login: QrLogin | undefined, last: number): PollAnswer {
  if (!login) return { errcode: expiredErrcode, code: '', redirectTo: null };
  if (!login.hasNewsFor(last)) return { errcode: nothingNewErrcode, code: '', redirectTo: null };
  return { errcode: login.errcode, code: login.code, redirectTo: login.redirectTo };
}

async function moveWithin(login: QrLogin, patienceMs: number, reply: ServerResponse): Promise<void> {
  const waiting = new AbortController();
  const giveUp = () => waiting.abort();
  const timer = setTimeout(giveUp, patienceMs).unref();
  reply.once('close', giveUp);
  await login.moved(waiting.signal);
  clearTimeout(timer);
}

/** As a JavaScript string, of what is fit for an address: the quote could end it, the bracket a script around it. */
function quoted(text: string): string {
  return `'${text.replace(/[\\'<]/g, escapeOf)}'`;
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
