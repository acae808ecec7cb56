import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, type Repository } from 'typeorm';
import { v7 as newId } from 'uuid';
import { Config, type DeviceType } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { KeyValueStore, type Unsubscribe } from '../platform/store/key-value-store.js';
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
import { SessionCache, type SessionState } from './session-cache.js';
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

const channel = 'session-ended';
const listenAgainMs = 1000;
/** Bounds how long another replica's word that a session ended may go unheard. */
const stateMaxAgeMs = 500;

/** Opens, carries on and ends sessions; the database is the truth. */
@Injectable()
export class Sessions implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Sessions');
  private readonly states = new SessionCache((id) => this.loadState(id), stateMaxAgeMs);
  private readonly stopping = new AbortController();
  private unsubscribe: Unsubscribe | undefined;

  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    private readonly store: KeyValueStore,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    void this.listenForEnds();
  }

  onModuleDestroy(): void {
    this.stopping.abort();
    this.unsubscribe?.();
  }

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

  /**
   * What a request's session allows now.
   * @throws AppError session_ended with its reason
   */
  async require(sessionId: string): Promise<SessionState> {
    const state = await this.states.get(sessionId);
    if (!state) throw sessionEnded('expired');
    if (state.endReason) throw sessionEnded(state.endReason);
    if (state.expiresAt <= Date.now()) throw sessionEnded('expired');
    return state;
  }

  /** Ends a session once; false where it had already ended. */
  async end(sessionId: string, reason: EndReason): Promise<boolean> {
    const { affected } = await this.repository.update(
      { id: sessionId, endedAt: IsNull() },
      { endedAt: Date.now(), endReason: reason },
    );
    this.states.forget(sessionId);
    await this.announceEnd(sessionId);
    return affected === 1;
  }

  /** Until the store can be listened to, ends elsewhere are seen when what is remembered has aged. */
  private async listenForEnds(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted && !this.unsubscribe) {
      try {
        this.unsubscribe = await this.store.subscribe(channel, (id) => this.states.forget(id));
      } catch {
        await sleep(listenAgainMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
    if (signal.aborted) this.unsubscribe?.();
  }

  private async announceEnd(sessionId: string): Promise<void> {
    try {
      await this.store.publish(channel, sessionId);
    } catch {
      // The row is written; other replicas see it when what they remember has aged.
    }
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

  /** Every request asks this, so it takes the driver's row as it is. */
  private async loadState(id: string): Promise<SessionState | null> {
    const rows = await this.repository.query<StateRow[]>(
      'SELECT user_id, role, expires_at, end_reason FROM sessions WHERE id = ?',
      [id],
    );
    const row = rows[0];
    return row
      ? { userId: row.user_id, role: row.role, expiresAt: Number(row.expires_at), endReason: row.end_reason }
      : null;
  }
}

interface StateRow {
  user_id: string;
  role: string;
  expires_at: string | number;
  end_reason: string | null;
}

function sessionEnded(reason: string): AppError {
  return new AppError('session_ended', { details: { reason } });
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
