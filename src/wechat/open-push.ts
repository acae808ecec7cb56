import { sameText } from '../platform/crypto/secrets.js';
import { openSealed, pushSignature } from './push-crypto.js';
import { formatOf, readFields, type PushFields } from './push-format.js';
import { messageOf, type PushMessage } from './push-message.js';
import { PushRefused } from './push-refused.js';

/** An app as far as its pushes go; with an AES key, only sealed content counts. */
export interface PushApp {
  appId: string;
  pushToken?: string;
  encodingAesKey?: string;
}

export type PushQuery = Readonly<Record<string, string | undefined>>;

interface Stamp {
  timestamp: string;
  nonce: string;
}

const maxBodyBytes = 64 * 1024;
const maxSkewMs = 5 * 60_000;

/**
 * WeChat's question whether the address is the operator's: gives the `echostr` to answer with, as plain text
 * (https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html).
 * @throws PushRefused
 */
export function verifyUrl(app: PushApp, query: PushQuery, nowMs: number): string {
  requireUrlSignature(app, query, freshStamp(query, nowMs));
  const { echostr = '' } = query;
  // The signature does not cover it, so nothing but the form that WeChat uses is given back.
  if (!/^[\w+/=-]{1,256}$/.test(echostr)) throw new PushRefused('the echostr is malformed');
  return echostr;
}

/**
 * Reads what WeChat posts: XML or JSON, plain, compatible or secure mode.
 * @throws PushRefused where it is forged, stale, malformed, or not sealed as the app's configuration asks
 */
export function openPush(app: PushApp, query: PushQuery, body: string, nowMs: number): PushMessage {
  if (Buffer.byteLength(body) > maxBodyBytes) throw new PushRefused('the body is too large');
  const stamp = freshStamp(query, nowMs);
  const { encodingAesKey } = app;
  const fields =
    encodingAesKey === undefined
      ? readPlain(app, query, stamp, body)
      : readSealed(app, encodingAesKey, query, stamp, body);
  const reply = { format: formatOf(body), sealed: encodingAesKey !== undefined, nonce: stamp.nonce };
  return messageOf(app.appId, fields, reply);
}

/** An unset token never verifies anything. @throws PushRefused */
export function tokenOf({ pushToken }: PushApp): string {
  if (!pushToken) throw new PushRefused('the app has no push token');
  return pushToken;
}

function freshStamp({ timestamp = '', nonce = '' }: PushQuery, nowMs: number): Stamp {
  if (!/^\d{1,12}$/.test(timestamp)) throw new PushRefused('the timestamp is malformed');
  if (Math.abs(nowMs - Number(timestamp) * 1000) > maxSkewMs) throw new PushRefused('the timestamp is stale');
  if (!/^[!-~]{1,128}$/.test(nonce)) throw new PushRefused('the nonce is malformed');
  return { timestamp, nonce };
}

function readPlain(app: PushApp, query: PushQuery, stamp: Stamp, body: string): PushFields {
  requireUrlSignature(app, query, stamp);
  const fields = readFields(body, formatOf(body));
  if ((query.encrypt_type ?? 'raw') !== 'raw' || fields.encrypt !== undefined) {
    throw new PushRefused('the message is sealed, but the app has no AES key');
  }
  return fields;
}

/** Of compatible mode's body, too, only the sealed part is read: nothing covers the other. */
function readSealed(app: PushApp, aesKey: string, query: PushQuery, stamp: Stamp, body: string): PushFields {
  const { encrypt } = readFields(body, formatOf(body));
  if (typeof encrypt !== 'string')
    throw new PushRefused('the message is not sealed, but the app has an AES key');
  const expected = pushSignature(tokenOf(app), stamp.timestamp, stamp.nonce, encrypt);
  requireSignature('msg_signature', query, expected);
  const message = openSealed(encrypt, aesKey, app.appId);
  return readFields(message, formatOf(message));
}

/** Covers no body; for messages it must do where the operator has chosen plain mode. */
function requireUrlSignature(app: PushApp, query: PushQuery, { timestamp, nonce }: Stamp): void {
  requireSignature('signature', query, pushSignature(tokenOf(app), timestamp, nonce));
}

function requireSignature(name: 'signature' | 'msg_signature', query: PushQuery, expected: string): void {
  if (!sameText(query[name] ?? '', expected)) throw new PushRefused(`the ${name} is wrong`);
}
