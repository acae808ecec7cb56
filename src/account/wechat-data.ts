import { AppError } from '../platform/errors/app-error.js';
import type { PhoneNumber } from '../users/phone-number.js';
import type { KeyHolder } from '../users/session-keys.service.js';
import {
  openEncryptedData,
  phoneDataSchema,
  profileDataSchema,
  rawDataMatches,
  type EncryptedData,
} from '../wechat/encrypted-data.js';
import { profileOf, type WechatProfile } from '../wechat/wechat-profile.js';

/** What a mini program sends of its person: `rawData` and `signature` both or neither. */
export interface WechatDataInput extends EncryptedData {
  rawData?: string;
  signature?: string;
}

/** What was in it. */
export type WechatNews = { phone: PhoneNumber } | { profile: WechatProfile };

/**
 * Nothing where it does not open with a key of these holders, is another app's or person's, stale, signed by another key,
 * or neither a profile nor a phone number.
 * @param now milliseconds since 1970
 */
export function readWechatData(
  holders: KeyHolder[],
  input: WechatDataInput,
  appId: string,
  now: number,
): WechatNews | undefined {
  for (const holder of holders) {
    const content = open(holder, input, appId, now);
    if (content && isSigned(holder, input)) return newsIn(content);
  }
  return undefined;
}

function open(
  { openid, keys }: KeyHolder,
  input: WechatDataInput,
  appId: string,
  now: number,
): object | undefined {
  try {
    return openEncryptedData(keys, input, { appId, openid, now });
  } catch (error) {
    if (error instanceof AppError && error.error === 'decryption_failed') return undefined;
    throw error;
  }
}

function isSigned({ keys }: KeyHolder, { rawData, signature }: WechatDataInput): boolean {
  if (rawData === undefined || signature === undefined) return true;
  return rawDataMatches(keys, rawData, signature);
}

/** A unionid inside does not link: WeChat's own answer to a login does. */
function newsIn(content: object): WechatNews | undefined {
  const phone = phoneDataSchema.safeParse(content).data;
  if (phone) return { phone: { phoneNumber: phone.purePhoneNumber, countryCode: phone.countryCode } };
  const profile = profileDataSchema.safeParse(content).data;
  return profile && { profile: profileOf({ ...profile, nickname: profile.nickName }) ?? {} };
}
