import { randomInt } from 'node:crypto';
import type { PushConfig } from './push-configs.js';
import { sealPush, signPush } from './push-crypto.js';
import { writePush, type PushMessage } from './push-text.js';

const staleSeconds = 3600;
const someoneElse = 'wx0000000000000000';

/** What is wrong with a push on purpose. */
export interface PushFlaws {
  /** Signed with another token. */
  badSignature?: boolean;
  /** Encrypted for another app; without effect in mode `plain`. */
  wrongAppId?: boolean;
  /** Signed an hour ago. */
  stale?: boolean;
}

/** One push as it goes out. */
export interface PushRequest {
  url: string;
  contentType: string;
  body: string;
  nonce: string;
}

/** The request by which WeChat pushes a message in the app's mode and format. @param now milliseconds */
export function pushRequest(
  config: PushConfig,
  appId: string,
  message: PushMessage,
  { badSignature = false, wrongAppId = false, stale = false }: PushFlaws,
  now: number,
): PushRequest {
  const token = badSignature ? `not${config.token}` : config.token;
  const timestamp = String(Math.floor(now / 1000) - (stale ? staleSeconds : 0));
  const nonce = newNonce();
  const query = {
    signature: signPush(token, timestamp, nonce),
    timestamp,
    nonce,
    openid: String(message.FromUserName ?? ''),
  };
  const { encodingAesKey, format, mode, url } = config;
  const contentType = format === 'json' ? 'application/json' : 'text/xml';
  if (mode === 'plain' || !encodingAesKey) {
    return { url: withQuery(url, query), contentType, body: writePush(message, format), nonce };
  }
  const receiverId = wrongAppId ? someoneElse : appId;
  const Encrypt = sealPush(writePush(message, format), encodingAesKey, receiverId);
  const msg_signature = signPush(token, timestamp, nonce, Encrypt);
  const readable = mode === 'compatible' ? message : receiverOf(message);
  return {
    url: withQuery(url, { ...query, encrypt_type: 'aes', msg_signature }),
    contentType,
    body: writePush({ ...readable, Encrypt }, format),
    nonce,
  };
}

/** The address at which a GET proves that the server knows the token. @param now milliseconds */
export function verificationUrl({ url, token }: PushConfig, echostr: string, now: number): string {
  const [timestamp, nonce] = [String(Math.floor(now / 1000)), newNonce()];
  return withQuery(url, { signature: signPush(token, timestamp, nonce), timestamp, nonce, echostr });
}

/** Ten digits. */
export function newNonce(): string {
  return String(randomInt(1_000_000_000, 2_147_483_647));
}

function receiverOf({ ToUserName, AppId }: PushMessage): PushMessage {
  if (ToUserName !== undefined) return { ToUserName };
  return AppId === undefined ? {} : { AppId };
}

function withQuery(address: string, query: Record<string, string>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
