import type { PushConfig } from './push-configs.js';
import { openPush, signPush } from './push-crypto.js';
import { readPush, type PushMessage } from './push-text.js';

/** What an app answered to a push for the person to see. */
export interface PushReply {
  encrypted: boolean;
  /** As it was written, decrypted. */
  message: string;
  fields: Record<string, string>;
}

const passiveFields = ['ToUserName', 'FromUserName', 'CreateTime', 'MsgType'];

/** The reply in an answer, if it holds one; throws an Error that says why WeChat would not accept the answer. */
export function readReply(
  body: string,
  config: PushConfig,
  { appId, nonce, message }: { appId: string; nonce: string; message: PushMessage },
): PushReply | undefined {
  if (body === '' || body === 'success') return undefined;
  const envelope = readPush(body, config.format);
  const encrypted = config.mode !== 'plain' && envelope.Encrypt !== undefined;
  if (config.mode === 'secure' && !encrypted) throw new Error('the reply is not encrypted');
  const text = encrypted ? openEnvelope(envelope, config, appId, nonce) : body;
  const fields = readPush(text, config.format);
  if (config.format === 'xml') requirePassive(fields, message);
  return { encrypted, message: text, fields };
}

function openEnvelope(
  { Encrypt = '', MsgSignature, TimeStamp = '', Nonce = '' }: Record<string, string>,
  { token, encodingAesKey = '' }: PushConfig,
  appId: string,
  nonce: string,
): string {
  if (Nonce !== nonce) throw new Error('the Nonce is not that of the push');
  if (!/^\d{10}$/.test(TimeStamp)) throw new Error('the TimeStamp is not in seconds');
  if (MsgSignature !== signPush(token, TimeStamp, Nonce, Encrypt))
    throw new Error('the MsgSignature is wrong');
  const { message, receiverId } = openPush(Encrypt, encodingAesKey);
  if (receiverId !== appId) throw new Error('the reply is encrypted for another app');
  return message;
}

function requirePassive(fields: Record<string, string>, message: PushMessage): void {
  const missing = passiveFields.filter((name) => !fields[name]);
  if (missing.length > 0) throw new Error(`the reply has no ${missing.join(', ')}`);
  if (fields.ToUserName !== message.FromUserName) throw new Error('the reply is for someone else');
}
