import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import { SessionEntity } from './session.entity.js';
import { deviceView } from './session.view.js';

const pageSize = 200;
const time = z.iso.datetime();

/** All that is held on a session, but for what its tokens are made of. */
export const sessionData = z.object({
  id: z.string().describe('As `sid` in its access tokens'),
  userId: z.string().describe('Whose it is'),
  role: z.string().describe('What the user may do'),
  parentId: z.string().nullable().describe('The session that begot it by a login code, and takes it along'),
  clientId: z.string().describe('The AppID of the login, `wxpass` for a password'),
  via: z.string().describe('The door'),
  device: deviceView,
  address: z.string().describe('From where it was used last'),
  userAgent: z.string().nullable().describe('With what, as it says itself'),
  createdAt: time.describe('When it began'),
  authenticatedAt: time.describe('When the person last proved who they are'),
  lastSeenAt: time.describe('Exact to a minute'),
  rotatedAt: time.describe('When its refresh token was made'),
  expiresAt: time.describe('When it ends unless it is refreshed'),
  maxExpiresAt: time.describe('When it ends, refreshed or not'),
  endedAt: time.nullable().describe('When it ended'),
  endReason: z.string().nullable().describe('Why it ended: a reason of session_ended'),
});

export type SessionData = z.infer<typeof sessionData>;

/** Where people were logged in, as long as it is remembered. */
@Injectable()
export class SessionHistory {
  constructor(@InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>) {}

  /** All sessions of these users, ended ones too, the newest first. */
  async *pagesOf(userIds: string[]): AsyncGenerator<SessionData[]> {
    const whose = { userId: In(userIds) };
    for (let before: string | undefined; ;) {
      const page = await this.repository.find({
        where: before === undefined ? whose : { ...whose, id: LessThan(before) },
        order: { id: 'DESC' },
        take: pageSize,
      });
      yield page.map(toSessionData);
      if (page.length < pageSize) return;
      before = page.at(-1)!.id;
    }
  }
}

function toSessionData(session: SessionEntity): SessionData {
  return {
    id: session.id,
    userId: session.userId,
    role: session.role,
    parentId: session.parentId,
    clientId: session.clientId,
    via: session.via,
    device: { id: session.deviceId, type: session.deviceType, name: session.deviceName },
    address: session.address,
    userAgent: session.userAgent,
    createdAt: isoTime(session.createdAt),
    authenticatedAt: isoTime(session.authenticatedAt),
    lastSeenAt: isoTime(session.lastSeenAt),
    rotatedAt: isoTime(session.rotatedAt),
    expiresAt: isoTime(session.expiresAt),
    maxExpiresAt: isoTime(session.maxExpiresAt),
    endedAt: session.endedAt === null ? null : isoTime(session.endedAt),
    endReason: session.endReason,
  };
}
