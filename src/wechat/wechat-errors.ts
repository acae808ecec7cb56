import { AppError, type Language } from '../platform/errors/app-error.js';
import type { ErrorName } from '../platform/errors/catalogue.js';
import type { EndpointKind, Errcode } from './errcode-row.js';
import { meaningOf } from './wechat-errcodes.js';

const codeUsed = 40163;
const addressNotListed = 40164;
const unreachableRetrySeconds = 5;
const loggedErrmsgLength = 500;

/**
 * Our error for an errcode: its data is `{errcode, advice, rid}` in the caller's language.
 * WeChat's errmsg goes to the log alone, and from there comes the rid, `null` where there is none.
 */
export function wechatError(errcode: number, errmsg: string, endpoint: EndpointKind): AppError {
  const meaning = meaningOf(errcode, endpoint);
  return new AppError(errorName(errcode, meaning, endpoint), {
    details: detailsOf(errcode, meaning, ridOf(errmsg)),
    retryAfterSeconds: meaning.retryAfterSeconds,
    privateMessage: `WeChat refused with errcode ${errcode}: ${errmsg.slice(0, loggedErrmsgLength)}${ownAddress(errcode, errmsg)}`,
  });
}

/** WeChat, or whatever stood in its place, answered in a form its documentation does not know: `wechat_error`. */
export function unexpectedAnswer(reason: string): AppError {
  return new AppError('wechat_error', {
    details: detailsOf(null, {
      zh: '微信的响应与文档不符：请检查 WECHAT_API_URL 以及出站代理；若两者无误，请稍后重试。',
      en: "WeChat's answer is not as documented: check WECHAT_API_URL and the outbound proxy; if both are right, try again later.",
    }),
    privateMessage: `WeChat's answer is not as documented: ${reason}`,
  });
}

/** No answer came, or a server error: `wechat_unavailable`, worth another try in a few seconds. */
export function unreachable(reason: string): AppError {
  return new AppError('wechat_unavailable', {
    details: detailsOf(null, {
      zh: '暂时无法连接微信，请稍后重试；若持续出现，请检查服务器的网络、DNS 与出站代理。',
      en: "WeChat cannot be reached at the moment, please try again; if this persists, check the server's network, DNS and outbound proxy.",
    }),
    retryAfterSeconds: unreachableRetrySeconds,
    privateMessage: `WeChat cannot be reached: ${reason}`,
  });
}

function errorName(errcode: number, meaning: Errcode, endpoint: EndpointKind): ErrorName {
  if (errcode === codeUsed) return 'wechat_code_used';
  switch (meaning.class) {
    case 'RETRY':
      return 'wechat_unavailable';
    case 'RELOGIN':
      return 'wechat_code_invalid';
    case 'BLOCKED':
      return 'wechat_user_blocked';
    case 'INPUT':
      return takesCode(endpoint) ? 'wechat_code_invalid' : 'invalid_request';
    case 'TOKEN':
    case 'OPERATOR':
      return 'wechat_error';
  }
}

function takesCode(endpoint: EndpointKind): boolean {
  return endpoint === 'sns' || endpoint === 'phone';
}

function detailsOf(errcode: number | null, advice: Record<Language, string>, rid: string | null = null) {
  return (language: Language) => ({ errcode, advice: advice[language], rid });
}

/** WeChat's own id of a request, by which its support finds it. */
export function ridOf(errmsg: string): string | null {
  return /\brid: ([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})\b/i.exec(errmsg)?.[1] ?? null;
}

function ownAddress(errcode: number, errmsg: string): string {
  if (errcode !== addressNotListed) return '';
  const address = /\binvalid ip ([0-9a-f.:]+)/i.exec(errmsg)?.[1];
  return address ? ` (add ${address} to the app's IP whitelist)` : '';
}
