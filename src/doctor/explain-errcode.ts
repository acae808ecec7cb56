import type { AppError, Language } from '../platform/errors/app-error.js';
import type { EndpointKind, Errcode, ErrcodeClass } from '../wechat/errcode-row.js';
import { listedErrcodes, meaningOf } from '../wechat/wechat-errcodes.js';
import { wechatError } from '../wechat/wechat-errors.js';
import type { Words } from './finding.js';
import { pageErrors } from './page-errors.js';

const endpointNames: Record<EndpointKind, Words> = {
  sns: { zh: '登录换取（/sns）', en: 'logins (/sns)' },
  'app-token': { zh: '获取应用凭据', en: 'app tokens' },
  api: { zh: '用应用凭据的接口', en: 'calls with an app token' },
  phone: { zh: '手机号', en: 'phone numbers' },
};
const endpoints = Object.keys(endpointNames) as EndpointKind[];

const reactions: Record<ErrcodeClass, Words> = {
  RETRY: { zh: '会自行恢复，稍后重试', en: 'passes by itself: try again later' },
  TOKEN: { zh: '服务换新凭据并重试一次', en: 'the service fetches a new token and repeats the call once' },
  RELOGIN: { zh: '用户需要重新登录', en: 'the person logs in again' },
  OPERATOR: { zh: '只有运维人员能解决', en: 'only the operator can mend it' },
  BLOCKED: { zh: '微信不让这个用户登录', en: 'WeChat keeps this person out' },
  INPUT: { zh: '调用方提交的内容有误', en: 'what the caller sent is wrong' },
};

const labels = {
  zh: {
    at: '出现在',
    answer: 'wxpass 回答',
    means: '怎么办',
    page: '微信授权页上的数字',
    success: '成功，不是错误',
  },
  en: {
    at: 'at',
    answer: 'wxpass answers',
    means: 'what to do',
    page: "a number on WeChat's consent page",
    success: 'success, and no error',
  },
};

interface Meaning {
  meaning: Errcode;
  answer: AppError;
  endpoints: EndpointKind[];
}

/** What a code means, what wxpass answers, and what to do about it; undefined where nobody knows it. */
export function explainErrcode(errcode: number, language: Language): string | undefined {
  if (errcode === 0) return `0  ${labels[language].success}\n`;
  const page = pageErrors.get(errcode);
  if (page) return `${errcode}  ${labels[language].page}\n  ${page[language]}\n`;
  if (!listedErrcodes.includes(errcode)) return undefined;
  return meaningsOf(errcode)
    .map((meaning) => describe(errcode, meaning, language))
    .join('\n');
}

/** A line a code. */
export function listErrcodes(language: Language): string {
  const listed = listedErrcodes.map((errcode) => {
    const { class: errcodeClass, ...words } = meaningOf(errcode, 'api');
    return `${String(errcode).padStart(6)}  ${errcodeClass.padEnd(8)}  ${words[language]}`;
  });
  const pages = [...pageErrors].map(
    ([number, words]) => `${String(number).padStart(6)}  PAGE      ${words[language]}`,
  );
  return `${[...listed, ...pages].join('\n')}\n`;
}

/** Endpoints at which it means the same and is answered alike stand together. */
function meaningsOf(errcode: number): Meaning[] {
  const meanings: Meaning[] = [];
  for (const endpoint of endpoints) {
    const meaning = meaningOf(errcode, endpoint);
    const answer = wechatError(errcode, '', endpoint);
    const same = meanings.find((one) => one.meaning === meaning && one.answer.error === answer.error);
    if (same) same.endpoints.push(endpoint);
    else meanings.push({ meaning, answer, endpoints: [endpoint] });
  }
  return meanings;
}

function describe(
  errcode: number,
  { meaning, answer, endpoints: where }: Meaning,
  language: Language,
): string {
  const { at, answer: answers, means } = labels[language];
  const places = where.map((endpoint) => endpointNames[endpoint][language]).join(', ');
  const wait = answer.retryAfterSeconds === undefined ? '' : `, Retry-After: ${answer.retryAfterSeconds}`;
  return [
    `${errcode}  ${meaning.class}: ${reactions[meaning.class][language]}`,
    `  ${at}: ${places}`,
    `  ${answers}: ${answer.status} ${answer.error} (${answer.code}${wait})`,
    `  ${means}: ${meaning[language]}`,
    '',
  ].join('\n');
}
