import type { WechatAppKind } from '../../platform/config/wechat-app.js';
import type { ConsentItem } from '../../users/consents.service.js';

/** What a person took back: some items, or that the app knows them at all. */
export interface WithdrawnConsent {
  everything: boolean;
  items: ConsentItem[];
}

const separator = /[,，、;；|\s]+/;

/** By WeChat's numbers (小程序文档 › 授权用户信息变更); an app keeps nothing of the others, such as camera or location. */
const meanings: Record<WechatAppKind, Record<string, ConsentItem | 'everything'>> = {
  'mini-program': { 6: 'profile', 8: 'phone', 16: 'email', 19: 'profile', 20: 'profile' },
  'official-account': { 205: 'everything' },
  website: { 301: 'everything' },
  mobile: { 301: 'everything' },
};

/** @param revokeInfo one number, or several with commas */
export function withdrawnBy(kind: WechatAppKind, revokeInfo = ''): WithdrawnConsent {
  const meant = new Map(Object.entries(meanings[kind]));
  const found = numbersOf(revokeInfo).map((number) => meant.get(number));
  const items = found.filter((item) => item !== undefined && item !== 'everything');
  return { everything: found.includes('everything'), items: [...new Set(items)] };
}

/** In short, such as `user_authorization_revoke:6,8`. */
export function reasonOf(event: string, revokeInfo = ''): string {
  const numbers = numbersOf(revokeInfo).join();
  return numbers === '' ? event : `${event}:${numbers}`;
}

function numbersOf(revokeInfo: string): string[] {
  return revokeInfo.split(separator).filter((part) => /^\d{1,6}$/.test(part));
}
