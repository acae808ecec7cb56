import { z } from 'zod';
import { hashSecret } from '../platform/crypto/secrets.js';
import type { PushFields, PushFormat } from './push-format.js';
import { PushRefused } from './push-refused.js';

/** A message or event that WeChat itself has sent to this app. */
export interface PushMessage {
  appId: string;
  /** The account's original id, `gh_…`. */
  toUser: string;
  /** The openid of who wrote or scanned; of privacy events it is not the affected person's. */
  fromUser: string;
  /** Seconds since 1970. */
  createTime: number;
  /** Lower case, as `event`. */
  msgType: string;
  /** Lower case, as `scan`; events only. */
  event?: string | undefined;
  /** As it came: of a `subscribe` by a scan it begins with `qrscene_`. */
  eventKey?: string | undefined;
  /** 64 bits in decimal; messages only. */
  msgId?: string | undefined;
  /** The person a privacy event is about; WeChat has been seen to leave it out. */
  openid?: string | undefined;
  unionid?: string | undefined;
  revokeInfo?: string | undefined;
  ticket?: string | undefined;
  /** The same for each delivery of one message, and for no other message of any app; 43 characters. */
  dedupeKey: string;
  reply: ReplyForm;
}

/** How a reply must look to be taken. */
export interface ReplyForm {
  format: PushFormat;
  sealed: boolean;
  nonce: string;
}

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const optionalId = z
  .union([z.literal(''), id])
  .nullish()
  .transform((value) => value || undefined);
const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^\P{Cc}*$/u)
    .nullish()
    .transform((value) => value || undefined);

/** What we read of a message, its names in lower case. */
const fieldsSchema = z.object({
  tousername: id,
  fromusername: id,
  createtime: z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
  msgtype: id,
  event: optionalId,
  eventkey: text(2048),
  msgid: optionalId,
  openid: optionalId,
  unionid: optionalId,
  revokeinfo: text(64),
  ticket: text(256),
});

/** @param fields as WeChat is known to have sent them @throws PushRefused */
export function messageOf(appId: string, fields: PushFields, reply: ReplyForm): PushMessage {
  const read = fieldsSchema.safeParse(fields).data;
  if (!read) throw new PushRefused('the fields of the message are not as documented');
  const message = {
    appId,
    toUser: read.tousername,
    fromUser: read.fromusername,
    createTime: read.createtime,
    msgType: read.msgtype.toLowerCase(),
    event: read.event?.toLowerCase(),
    eventKey: read.eventkey,
    msgId: read.msgid,
    openid: read.openid,
    unionid: read.unionid,
    revokeInfo: read.revokeinfo,
    ticket: read.ticket,
  };
  return { ...message, dedupeKey: dedupeKeyOf(message), reply };
}

/** By RevokeInfo as well: who withdraws two consents in one second means both. */
function dedupeKeyOf(message: Omit<PushMessage, 'dedupeKey' | 'reply'>): string {
  const { appId, msgId, fromUser, createTime, event, eventKey, openid, revokeInfo } = message;
  const facts = msgId ? [msgId] : [fromUser, createTime, event, eventKey, openid, revokeInfo];
  return hashSecret(JSON.stringify([appId, ...facts]));
}
