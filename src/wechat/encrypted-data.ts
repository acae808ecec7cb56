import { isUtf8 } from 'node:buffer';
import { createDecipheriv, createHash } from 'node:crypto';
import { z } from 'zod';
import { sameText } from '../platform/crypto/secrets.js';
import { AppError } from '../platform/errors/app-error.js';

/** What a mini program hands over of a person, both in base64; a form may have made spaces of its pluses. */
export interface EncryptedData {
  encryptedData: string;
  /** 16 bytes. */
  iv: string;
}

/** Whose the data must be. */
export interface DataOwner {
  appId: string;
  openid: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** WeChat itself lets such data stand for 5 minutes where it keeps them (cloudID); a form to fill in takes as long again. */
const maxAgeMs = 10 * 60_000;
/** How far our clock may be behind WeChat's. */
const clockSkewMs = 5 * 60_000;

/** What every plaintext holds; `openId` is absent from phone numbers and from profiles since 2021. */
const originSchema = z.object({
  openId: z.string().optional(),
  watermark: z.object({
    appid: z.string(),
    /** Seconds. */
    timestamp: z.union([z.int(), z.string().regex(/^\d{1,12}$/)]).transform(Number),
  }),
});

/**
 * The JSON object in encrypted data, if one of the session_keys opens it and it is this app's, this person's and fresh
 * (https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html).
 * @param sessionKeys base64, newest first
 * @throws AppError `decryption_failed`, whatever is wrong
 */
export function openEncryptedData(
  sessionKeys: readonly string[],
  data: EncryptedData,
  owner: DataOwner,
): object {
  const contents = sessionKeys.map((sessionKey) => decrypt(sessionKey, data));
  const content = contents.find((candidate) => belongsTo(candidate, owner));
  if (!content) throw new AppError('decryption_failed');
  return content;
}

/**
 * Whether `rawData`, exactly as the mini program got it, was signed with one of the session_keys.
 * @param signature SHA-1 in hex over rawData and the session_key, which stays in base64
 */
export function rawDataMatches(sessionKeys: readonly string[], rawData: string, signature: string): boolean {
  return sessionKeys
    .map((sessionKey) => sameText(signature, signRawData(rawData, sessionKey)))
    .includes(true);
}

/** The content, or nothing where this key does not open it; a wrong key may well pass the padding, a wrong iv always does. */
function decrypt(sessionKey: string, { encryptedData, iv }: EncryptedData): unknown {
  try {
    const decipher = createDecipheriv('aes-128-cbc', fromBase64(sessionKey), fromBase64(iv));
    const plaintext = Buffer.concat([decipher.update(fromBase64(encryptedData)), decipher.final()]);
    return isUtf8(plaintext) ? (JSON.parse(plaintext.toString()) as unknown) : undefined;
  } catch {
    return undefined;
  }
}

function fromBase64(text: string): Buffer {
  return Buffer.from(z.base64().parse(text.replaceAll(' ', '+')), 'base64');
}

function belongsTo(content: unknown, { appId, openid, now }: DataOwner): content is object {
  const origin = originSchema.safeParse(content).data;
  if (!origin) return false;
  const ageMs = now - origin.watermark.timestamp * 1000;
  const isFresh = ageMs <= maxAgeMs && ageMs >= -clockSkewMs;
  return origin.watermark.appid === appId && (origin.openId ?? openid) === openid && isFresh;
}

function signRawData(rawData: string, sessionKey: string): string {
  return createHash('sha1')
    .update(rawData + sessionKey)
    .digest('hex');
}

/** What is only shown must not make the whole fail. */
const shown = z
  .string()
  .catch('')
  .transform((text) => text || undefined);

const genders: Record<number, 'male' | 'female'> = { 1: 'male', 2: 'female' };

/** The plaintext of getUserInfo and getUserProfile; nickName tells it from the others. */
export const profileDataSchema = z.object({
  nickName: z.string(),
  gender: z.coerce
    .number()
    .catch(0)
    .transform((gender) => genders[gender]),
  language: shown,
  city: shown,
  province: shown,
  country: shown,
  avatarUrl: shown,
  unionId: z
    .union([z.literal(''), z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)])
    .nullish()
    .transform((unionId) => unionId || undefined),
});

/** Digits, which some of WeChat's samples show as a number; of foreign numbers the form with a plus is not documented. */
const digits = z
  .union([z.string(), z.int()])
  .transform((value) => String(value).trim().replace(/^\+/, ''))
  .pipe(z.string().regex(/^\d{1,20}$/));

/** The plaintext of getPhoneNumber: the number without its country code, and the code without a plus. */
export const phoneDataSchema = z.object({ purePhoneNumber: digits, countryCode: digits });
