import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThan, MoreThan, type Repository } from 'typeorm';
import { v7 as newId } from 'uuid';
import { Config, type DeviceType } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { retryTransient } from '../platform/database/retry-transient.js';
import { databaseTime, executionTime } from '../platform/database/database-time.js';
import type { Language } from '../platform/errors/app-error.js';
import type { Caller } from '../platform/http/caller.decorator.js';
import { idOfCursor, pageOf, type Page, type PageRequest } from '../platform/http/page.js';
import { csrfTokenOf } from './csrf-token.js';
import {
  familyHash,
  formatRefreshToken,
  newRefreshToken,
  newRotationSalt,
  parseRefreshToken,
  refreshHash,
  successorOf,
  type RefreshToken,
} from './refresh-token.js';
import { SessionEnds, type Owned, type Whence } from './session-ends.service.js';
import { sessionEnded } from './session-states.service.js';
import { SessionEntity } from './session.entity.js';
import { toSessionView, type SessionView } from './session.view.js';

/** Who logged in, through which door, from where. */
export interface NewSession {
  userId: string;
  role: string;
  clientId: string;
  via: string;
  device: { id?: string; type: DeviceType; name?: string };
  address: string;
  userAgent?: string;
  /** Milliseconds; only where the session is begotten by another, which proved no more than this. */
  authenticatedAt?: number;
  maxExpiresAt?: number;
  /** The session that begot it, where it is to end with that one. */
  parentId?: string;
}

/** A session with the refresh token that carries it on; times are milliseconds. */
export interface OpenSession {
  id: string;
  userId: string;
  role: string;
  clientId: string;
  refreshToken: string;
  refreshExpiresAt: number;
  /** Proves to us that a page of ours asks, where a cookie carries the session. */
  csrfToken: string;
}

/** Opens sessions and carries them on; the database is the truth. */
@Injectable()
export class Sessions {
  private readonly logger = new Logger('Sessions');

  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    private readonly ends: SessionEnds,
    private readonly config: Config,
  ) {}

  async open(session: NewSession): Promise<OpenSession> {
    const now = Date.now();
    const id = newId();
    const token = newRefreshToken(id);
    const maxExpiresAt = Math.min(now + this.config.session.maxTtlMs, session.maxExpiresAt ?? Infinity);
    const expiresAt = Math.min(now + this.config.session.refreshTtlMs, maxExpiresAt);
    const row = {
      id,
      userId: session.userId,
      role: session.role,
      clientId: session.clientId,
      via: session.via,
      deviceId: session.device.id ?? null,
      deviceType: session.device.type,
      deviceName: session.device.name ?? null,
      address: session.address,
      userAgent: session.userAgent?.slice(0, 512) ?? null,
      parentId: session.parentId ?? null,
      familyHash: familyHash(token),
      refreshHash: refreshHash(token),
      rotatedAt: now,
      createdAt: databaseTime(this.repository.manager.dataSource),
      authenticatedAt: session.authenticatedAt ?? now,
      lastSeenAt: now,
      expiresAt,
      maxExpiresAt,
    };
    await retryTransient(() => this.repository.insert(row));
    return {
      ...session,
      id,
      refreshToken: formatRefreshToken(token),
      refreshExpiresAt: expiresAt,
      csrfToken: csrfTokenOf(familyHash(token)),
    };
  }

  /** Ends the oldest of the user's sessions that are one too many on this type of device. */
  async makeRoom({ userId, device, address, userAgent, clientId: appId }: NewSession): Promise<void> {
    await this.endBeyondLimit(userId, device.type, { address, userAgent, appId });
  }

  /** Takes back a session that nobody was told of. */
  async discard({ id }: OpenSession): Promise<void> {
    await this.repository.delete({ id });
  }

  /**
   * Exchanges a refresh token for its successor. The direct predecessor gets the same successor during the grace;
   * anything older ends the session.
   * @throws AppError refresh_token_invalid, refresh_token_reused, session_ended
   */
  async rotate(text: string, whence: Whence = {}): Promise<OpenSession> {
    const token = parseRefreshToken(text);
    if (!token) throw new AppError('refresh_token_invalid');
    const session = await this.findAlive(token);
    if (session.refreshHash === refreshHash(token)) {
      const rotated = await this.moveOn(session, token);
      if (rotated) return rotated;
    }
    return this.answerPredecessor(token, whence);
  }

  /** The session this refresh token is or was one of: whoever holds it held the session. */
  async ownerOf(text: string): Promise<Owned | undefined> {
    const token = parseRefreshToken(text);
    if (!token) return undefined;
    const session = await this.repository.findOneBy({ id: token.sessionId, familyHash: familyHash(token) });
    return session ?? undefined;
  }

  /** The living session whose current refresh token this is. */
  async inspect(text: string): Promise<SessionEntity | undefined> {
    const token = parseRefreshToken(text);
    if (!token) return undefined;
    const hashes = { familyHash: familyHash(token), refreshHash: refreshHash(token) };
    const alive = { endedAt: IsNull(), expiresAt: MoreThan(Date.now()) };
    return (await this.repository.findOneBy({ id: token.sessionId, ...hashes, ...alive })) ?? undefined;
  }

  /**
   * The living session that is calling.
   * @throws AppError session_ended
   */
  async get({ sessionId, userId }: Caller): Promise<SessionEntity> {
    const session = await this.repository.findOneBy({ id: sessionId, userId, endedAt: IsNull() });
    if (!session || session.expiresAt <= Date.now()) throw sessionEnded('expired');
    return session;
  }

  /**
   * The living sessions of a user, newest first.
   * @param caller whose they are, and from which of them they are looked at, if it is from one
   * @throws AppError invalid_request where the cursor is none of ours
   */
  async list(
    caller: Pick<Caller, 'userId'> & Partial<Pick<Caller, 'sessionId'>>,
    { cursor, limit }: PageRequest,
    language: Language,
  ): Promise<Page<SessionView>> {
    const sessions = await this.repository.find({
      where: {
        userId: caller.userId,
        endedAt: IsNull(),
        expiresAt: MoreThan(Date.now()),
        ...(cursor === undefined ? {} : { id: LessThan(idOfCursor(cursor)) }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return pageOf(sessions, limit, (session) => toSessionView(session, caller.sessionId, language));
  }

  /** How many sessions of a user live. */
  async countLiving(userId: string): Promise<number> {
    return this.repository.countBy({ userId, endedAt: IsNull(), expiresAt: MoreThan(Date.now()) });
  }

  /** Whoever opens one session too many sees all that were opened before, so that the oldest end in every race. */
  private async endBeyondLimit(userId: string, deviceType: DeviceType, whence: Whence): Promise<void> {
    const limit = this.config.session.limits[deviceType] ?? 0;
    if (limit === 0) return;
    const beyond = await this.repository.find({
      select: { id: true, clientId: true },
      where: { userId, deviceType, endedAt: IsNull(), expiresAt: MoreThan(Date.now()) },
      order: { createdAt: 'DESC', id: 'DESC' },
      skip: limit,
      take: 1000,
    });
    const ending = beyond.sort((a, b) => (a.id < b.id ? -1 : 1));
    await this.ends.endThese(userId, ending, 'replaced', whence);
  }

  private async findAlive(token: RefreshToken): Promise<SessionEntity> {
    const session = await this.repository.findOneBy({ id: token.sessionId });
    if (!session || session.familyHash !== familyHash(token)) throw new AppError('refresh_token_invalid');
    if (session.endReason) throw sessionEnded(session.endReason);
    if (session.expiresAt <= Date.now()) throw sessionEnded('expired');
    return session;
  }

  /** The one conditional write: of all who show this token at once, one moves the session on. */
  private async moveOn(session: SessionEntity, token: RefreshToken): Promise<OpenSession | undefined> {
    const now = Date.now();
    const salt = newRotationSalt();
    const successor = successorOf(token, salt);
    const expiresAt = Math.min(now + this.config.session.refreshTtlMs, session.maxExpiresAt);
    const { affected } = await this.repository.update(
      { id: session.id, refreshHash: refreshHash(token), endedAt: IsNull(), expiresAt: MoreThan(now) },
      {
        refreshHash: refreshHash(successor),
        previousHash: refreshHash(token),
        rotationSalt: salt,
        // The grace begins when the client could have got the answer.
        rotatedAt: executionTime(this.repository.manager.dataSource, now),
        lastSeenAt: now,
        expiresAt,
      },
    );
    return affected === 1 ? toOpenSession({ ...session, expiresAt }, successor) : undefined;
  }

  private async answerPredecessor(token: RefreshToken, whence: Whence): Promise<OpenSession> {
    const session = await this.findAlive(token);
    const isPredecessor = session.previousHash === refreshHash(token);
    const inGrace = Date.now() - session.rotatedAt <= this.config.session.refreshGraceMs;
    if (isPredecessor && inGrace && session.rotationSalt) {
      return toOpenSession(session, successorOf(token, session.rotationSalt));
    }
    return this.refuseReuse(session, whence);
  }

  private async refuseReuse(session: SessionEntity, whence: Whence): Promise<never> {
    const ended = await this.ends.end(session, 'refresh_token_reused', whence);
    if (ended) {
      this.logger.warn(`a refresh token of user ${session.userId} was used again; its session was ended`);
    }
    throw new AppError('refresh_token_reused');
  }
}

function toOpenSession(session: SessionEntity, token: RefreshToken): OpenSession {
  return {
    id: session.id,
    userId: session.userId,
    role: session.role,
    clientId: session.clientId,
    refreshToken: formatRefreshToken(token),
    refreshExpiresAt: session.expiresAt,
    csrfToken: csrfTokenOf(session.familyHash),
  };
}
