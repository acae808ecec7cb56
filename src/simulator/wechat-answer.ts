import { randomBytes } from 'node:crypto';
import { errmsgs } from './errmsgs.js';
import type { Refusal } from './refusal.js';
import type { SimulatorSettings } from './settings.js';

/** `{errcode, errmsg}` as WeChat words it, with a fresh rid (公众号文档「返回码说明」, rid). */
export function refusalBody(refusal: Refusal, path: string, settings: SimulatorSettings, now: number) {
  const { errcode } = refusal;
  const { words = errmsgs[errcode] ?? 'unknown error', hint = false } = refusal.wording;
  const suffix = (hint ? hintSuffix() : '') + ridSuffix(errcode, path, now);
  return { errcode, errmsg: refusal.errmsg ?? (settings.errmsgs[errcode] ?? words) + suffix };
}

/** The content type of WeChat's JSON answers at this path. */
export function contentTypeOf(path: string, { contentTypes }: SimulatorSettings): string {
  return isSns(path) ? contentTypes.sns : contentTypes.others;
}

/** JSON as WeChat writes it. */
export function wechatJson(payload: unknown, { escapedSlashes }: SimulatorSettings): string {
  const json = JSON.stringify(payload);
  return escapedSlashes ? json.replaceAll('/', '\\/') : json;
}

/** Eight letters and digits that only WeChat understands. */
function hintSuffix(): string {
  return ` hint: [${randomBytes(6).toString('base64url').replace(/\W|_/g, 'x')}]`;
}

function ridSuffix(errcode: number, path: string, now: number): string {
  if (errcode === -1 || errcode === 0) return '';
  return `${isSns(path) ? ',' : ''} rid: ${rid(now)}`;
}

/** The id of one call: the Unix time and two random parts, 8 hex digits each. */
function rid(now: number): string {
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0');
  return [seconds, randomBytes(4).toString('hex'), randomBytes(4).toString('hex')].join('-');
}

function isSns(path: string): boolean {
  return path.startsWith('/sns/');
}
