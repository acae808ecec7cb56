import { randomBytes } from 'node:crypto';
import { tokenOf, type PushApp } from './open-push.js';
import { pushSignature, seal } from './push-crypto.js';
import { writeFields, type PushFormat } from './push-format.js';
import type { PushMessage } from './push-message.js';
import { PushRefused } from './push-refused.js';

/** The answer to a push that tells the person something. */
export interface PushReply {
  contentType: string;
  body: string;
}

interface ReplyOptions {
  nowMs: number;
  /** 16 bytes, fresh for each reply. */
  random?: Buffer;
}

const contentTypes: Record<PushFormat, string> = {
  xml: 'text/xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/**
 * A text for who sent the message, in its format and sealed where it was sealed
 * (https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html).
 * @throws PushRefused where the app has lost the keys that the message came with
 */
export function textReply(
  app: PushApp,
  message: PushMessage,
  text: string,
  { nowMs, random = randomBytes(16) }: ReplyOptions,
): PushReply {
  const { format } = message.reply;
  const seconds = Math.floor(nowMs / 1000);
  const content = {
    ToUserName: message.fromUser,
    FromUserName: message.toUser,
    CreateTime: seconds,
    MsgType: 'text',
    Content: text,
  };
  const plain = writeFields(content, format);
  const body = message.reply.sealed ? sealReply(app, message, plain, seconds, random) : plain;
  return { contentType: contentTypes[format], body };
}

function sealReply(
  app: PushApp,
  { reply }: PushMessage,
  plain: string,
  seconds: number,
  random: Buffer,
): string {
  const { encodingAesKey, appId } = app;
  if (!encodingAesKey) throw new PushRefused('the app has no AES key to seal a reply with');
  const encrypt = seal(plain, encodingAesKey, appId, random);
  const envelope = {
    Encrypt: encrypt,
    MsgSignature: pushSignature(tokenOf(app), String(seconds), reply.nonce, encrypt),
    TimeStamp: seconds,
    Nonce: reply.nonce,
  };
  return writeFields(envelope, reply.format);
}
