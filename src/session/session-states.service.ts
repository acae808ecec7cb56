import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AppError } from '../platform/errors/app-error.js';
import { keepListening } from '../platform/store/keep-listening.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { SessionCache, type SessionState } from './session-cache.js';
import { LastSeen } from './last-seen.service.js';
import { SessionEntity } from './session.entity.js';

const channel = 'session-ended';
/** Bounds how long another replica's word that a session ended may go unheard. */
const stateMaxAgeMs = 500;

interface StateRow {
  user_id: string;
  role: string;
  expires_at: string | number;
  end_reason: string | null;
  last_seen_at: string | number;
  family_hash: string;
}

/** Whether a session stands, as every request asks; hears of ends on all replicas. */
@Injectable()
export class SessionStates implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly states = new SessionCache((id) => this.load(id), stateMaxAgeMs);
  private readonly stopping = new AbortController();

  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    private readonly store: KeyValueStore,
    private readonly lastSeen: LastSeen,
  ) {}

  onApplicationBootstrap(): void {
    // Until then, what happens elsewhere is seen when what is remembered has aged.
    void keepListening(this.store, channel, (ids) => this.forget(ids.split(',')), this.stopping.signal);
  }

  /** Not before the last request was answered: ends count during shutdown too. */
  onApplicationShutdown(): void {
    this.stopping.abort();
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
    this.lastSeen.note(sessionId, state.lastSeenAt);
    return state;
  }

  /**
   * The same as the database has it at this moment, for whom what was remembered is not certain enough.
   * @throws AppError session_ended with its reason
   */
  async requireNow(sessionId: string): Promise<SessionState> {
    this.states.forget(sessionId);
    return this.require(sessionId);
  }

  /** To be called once ends or roles are written: this replica asks anew, the others are told. */
  async announceChanges(sessionIds: string[]): Promise<void> {
    this.forget(sessionIds);
    try {
      await this.store.publish(channel, sessionIds.join());
    } catch {
      // The rows are written; other replicas see them when what they remember has aged.
    }
  }

  private forget(sessionIds: string[]): void {
    for (const id of sessionIds) this.states.forget(id);
  }

  /** Every request asks this, so it takes the driver's row as it is. */
  private async load(id: string): Promise<SessionState | null> {
    const rows = await this.repository.query<StateRow[]>(
      'SELECT user_id, role, expires_at, end_reason, last_seen_at, family_hash FROM sessions WHERE id = ?',
      [id],
    );
    return rows.map(toState)[0] ?? null;
  }
}

function toState(row: StateRow): SessionState {
  return {
    userId: row.user_id,
    role: row.role,
    expiresAt: Number(row.expires_at),
    endReason: row.end_reason,
    lastSeenAt: Number(row.last_seen_at),
    familyHash: row.family_hash,
  };
}

export function sessionEnded(reason: string): AppError {
  return new AppError('session_ended', { details: { reason } });
}
