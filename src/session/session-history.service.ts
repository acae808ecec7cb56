import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import { SessionEntity } from './session.entity.js';

const pageSize = 200;
const time = z.iso.datetime();

/** All that is held on a session, but for what its tokens are made of. */
export const sessionData = z.object({
  id: z.string(),
  userId: z.string(),
  role: z.string(),
  clientId: z.string(),
  via: z.string(),
  device: z.object({ id: z.string().nullable(), type: z.string(), name: z.string().nullable() }),
  address: z.string(),
  userAgent: z.string().nullable(),
  createdAt: time,
  authenticatedAt: time,
  lastSeenAt: time,
  rotatedAt: time,
  expiresAt: time,
  maxExpiresAt: time,
  endedAt: time.nullable(),
  endReason: z.string().nullable(),
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
