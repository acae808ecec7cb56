import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, LessThan, MoreThan, type Repository } from 'typeorm';
import { v7 as newId } from 'uuid';
import type { AuditEvent } from '../audit/audit-event.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { Config, type DeviceType } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { retryTransient } from '../platform/database/retry-transient.js';
import type { Language } from '../platform/errors/app-error.js';
import type { Caller } from '../platform/http/caller.decorator.js';
import { pageOf, type Page, type PageRequest } from '../platform/http/page.js';
import { csrfTokenOf } from './csrf-token.js';
import type { EndReason } from './end-reason.js';
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
import { sessionEnded, SessionStates } from './session-states.service.js';
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

type Owned = Pick<SessionEntity, 'id' | 'userId'>;

/** From where an act came, for the audit log. */
export interface Whence {
  address?: string;
  userAgent?: string;
  appId?: string;
}

/** Opens, carries on and ends sessions; the database is the truth. */
@Injectable()
export class Sessions {
  private readonly logger = new Logger('Sessions');

  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    private readonly states: SessionStates,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  async open(session: NewSession): Promise<OpenSession> {
    const now = Date.now();
    const id = newId();
    const token = newRefreshToken(id);
    const maxExpiresAt = now + this.config.session.maxTtlMs;
    const expiresAt = Math.min(now + this.config.session.refreshTtlMs, maxExpiresAt);
    await this.repository.insert({
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
      familyHash: familyHash(token),
      refreshHash: refreshHash(token),
      rotatedAt: now,
      createdAt: now,
      lastSeenAt: now,
      expiresAt,
      maxExpiresAt,
    });
    await this.makeRoom({ id, userId: session.userId }, session.device.type);
    return {
      ...session,
      id,
      refreshToken: formatRefreshToken(token),
      refreshExpiresAt: expiresAt,
      csrfToken: csrfTokenOf(familyHash(token)),
    };
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

  /** Ends a session of this user once; false where no such session lives. */
  async end({ id, userId }: Owned, reason: EndReason, whence: Whence = {}): Promise<boolean> {
    return (await this.endThese(userId, [id], reason, whence)) === 1;
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

  /** The living sessions of a user, newest first. */
  async list(caller: Caller, { cursor, limit }: PageRequest, language: Language): Promise<Page<SessionView>> {
    const sessions = await this.repository.find({
      where: {
        userId: caller.userId,
        endedAt: IsNull(),
        expiresAt: MoreThan(Date.now()),
        ...(cursor === undefined ? {} : { id: LessThan(cursor) }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return pageOf(sessions, limit, (session) => toSessionView(session, caller.sessionId, language));
  }

  /** Ends all sessions of a user, but the one to keep; how many there were. */
  async endAll(userId: string, reason: EndReason, whence: Whence, keepId?: string): Promise<number> {
    const living = await this.repository.find({ select: { id: true }, where: { userId, endedAt: IsNull() } });
    const ids = living.map(({ id }) => id).filter((id) => id !== keepId);
    return this.endThese(userId, ids, reason, whence);
  }

  /** In one statement, so that many logins at once do not end each other's sessions one by one. */
  private async endThese(userId: string, ids: string[], reason: EndReason, whence: Whence): Promise<number> {
    if (ids.length === 0) return 0;
    const { affected = 0 } = await retryTransient(() =>
      this.repository.update(
        { id: In(ids), userId, endedAt: IsNull() },
        { endedAt: Date.now(), endReason: reason },
      ),
    );
    if (affected === 0) return 0;
    await this.states.announceEnds(ids);
    const entry = { event: eventOf(reason), outcome: 'success' as const, userId, reason, ...whence };
    for (let i = 0; i < affected; i++) this.audit.record(entry);
    return affected;
  }

  /** A session that its owner will not hear of must not take up room: where none can be made, it ends too. */
  private async makeRoom(opened: Owned, deviceType: DeviceType): Promise<void> {
    try {
      await this.endBeyondLimit(opened.userId, deviceType);
    } catch (error) {
      await this.end(opened, 'replaced').catch(() => false);
      throw error;
    }
  }

  /** Whoever opens one session too many sees all that were opened before, so that the oldest end in every race. */
  private async endBeyondLimit(userId: string, deviceType: DeviceType): Promise<void> {
    const limit = this.config.session.limits[deviceType] ?? 0;
    if (limit === 0) return;
    const beyond = await this.repository.find({
      select: { id: true },
      where: { userId, deviceType, endedAt: IsNull(), expiresAt: MoreThan(Date.now()) },
      order: { createdAt: 'DESC', id: 'DESC' },
      skip: limit,
      take: 1000,
    });
    const ids = beyond.map(({ id }) => id).sort();
    await this.endThese(userId, ids, 'replaced', {});
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
        rotatedAt: now,
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
    const ended = await this.end(session, 'refresh_token_reused', { appId: session.clientId, ...whence });
    if (ended) {
      this.logger.warn(`a refresh token of user ${session.userId} was used again; its session was ended`);
    }
    throw new AppError('refresh_token_reused');
  }
}

function eventOf(reason: EndReason): AuditEvent {
  if (reason === 'logged_out') return 'logout';
  return reason === 'refresh_token_reused' ? reason : 'session_ended';
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
