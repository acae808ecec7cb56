import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, type Repository } from 'typeorm';
import { v7 as newId } from 'uuid';
import { Config, type DeviceType } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
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
}

/** Opens, carries on and ends sessions; the database is the truth. */
@Injectable()
export class Sessions {
  private readonly logger = new Logger('Sessions');

  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    private readonly states: SessionStates,
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
    return { ...session, id, refreshToken: formatRefreshToken(token), refreshExpiresAt: expiresAt };
  }

  /**
   * Exchanges a refresh token for its successor. The direct predecessor gets the same successor during the grace;
   * anything older ends the session.
   * @throws AppError refresh_token_invalid, refresh_token_reused, session_ended
   */
  async rotate(text: string): Promise<OpenSession> {
    const token = parseRefreshToken(text);
    if (!token) throw new AppError('refresh_token_invalid');
    const session = await this.findAlive(token);
    if (session.refreshHash === refreshHash(token)) {
      const rotated = await this.moveOn(session, token);
      if (rotated) return rotated;
    }
    return this.answerPredecessor(token);
  }

  /** Ends a session once; false where it had already ended. */
  async end(sessionId: string, reason: EndReason): Promise<boolean> {
    const { affected } = await this.repository.update(
      { id: sessionId, endedAt: IsNull() },
      { endedAt: Date.now(), endReason: reason },
    );
    await this.states.announceEnd(sessionId);
    return affected === 1;
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

  private async answerPredecessor(token: RefreshToken): Promise<OpenSession> {
    const session = await this.findAlive(token);
    const isPredecessor = session.previousHash === refreshHash(token);
    const inGrace = Date.now() - session.rotatedAt <= this.config.session.refreshGraceMs;
    if (isPredecessor && inGrace && session.rotationSalt) {
      return toOpenSession(session, successorOf(token, session.rotationSalt));
    }
    return this.refuseReuse(session);
  }

  private async refuseReuse(session: SessionEntity): Promise<never> {
    await this.end(session.id, 'refresh_token_reused');
    this.logger.warn(
      `a refresh token of user ${session.userId} was used again; session ${session.id} was ended`,
    );
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
  };
}
