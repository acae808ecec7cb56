import { createHash } from 'node:crypto';
import type { Person } from './people.js';
import type { ServerSettings } from './server-settings.js';

export interface PhoneNumber {
  /** Without country code. */
  purePhoneNumber: string;
  countryCode: string;
}

/** The person's own number: made up, Chinese, always the same. */
export function phoneNumberOf({ person }: Person): PhoneNumber {
  const digits = createHash('sha256').update(`phone ${person}`).digest().readUInt32BE() % 100_000_000;
  return { purePhoneNumber: `138${String(digits).padStart(8, '0')}`, countryCode: '86' };
}

/** A number as WeChat hands it out (小程序文档 › getPhoneNumber). @param now milliseconds */
export function phoneInfo(
  { purePhoneNumber, countryCode }: PhoneNumber,
  appid: string,
  now: number,
  { foreignPhonePlus }: ServerSettings,
) {
  const foreign = `${foreignPhonePlus ? '+' : ''}${countryCode}${purePhoneNumber}`;
  return {
    phoneNumber: countryCode === '86' ? purePhoneNumber : foreign,
    purePhoneNumber,
    countryCode,
    watermark: { timestamp: Math.floor(now / 1000), appid },
  };
}
