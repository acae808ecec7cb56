import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AppError } from '../platform/errors/app-error.js';
import { KeyValueStore, type Unsubscribe } from '../platform/store/key-value-store.js';
import { SessionCache, type SessionState } from './session-cache.js';
import { SessionEntity } from './session.entity.js';

const channel = 'session-ended';
const listenAgainMs = 1000;
/** Bounds how long another replica's word that a session ended may go unheard. */
const stateMaxAgeMs = 500;

interface StateRow {
  user_id: string;
  role: string;
  expires_at: string | number;
  end_reason: string | null;
}

/** Whether a session stands, as every request asks; hears of ends on all replicas. */
@Injectable()
export class SessionStates implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly states = new SessionCache((id) => this.load(id), stateMaxAgeMs);
  private readonly stopping = new AbortController();
  private unsubscribe: Unsubscribe | undefined;

  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    private readonly store: KeyValueStore,
  ) {}

  onApplicationBootstrap(): void {
    void this.listen();
  }

  /** Not before the last request was answered: ends count during shutdown too. */
  onApplicationShutdown(): void {
    this.stopping.abort();
    this.unsubscribe?.();
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

  /** To be called once an end is written: this replica asks anew, the others are told. */
  async announceEnd(sessionId: string): Promise<void> {
    this.states.forget(sessionId);
    try {
      await this.store.publish(channel, sessionId);
    } catch {
      // The row is written; other replicas see it when what they remember has aged.
    }
  }

  /** Until the store can be listened to, ends elsewhere are seen when what is remembered has aged. */
  private async listen(): Promise<void> {
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

  /** Every request asks this, so it takes the driver's row as it is. */
  private async load(id: string): Promise<SessionState | null> {
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

export function sessionEnded(reason: string): AppError {
  return new AppError('session_ended', { details: { reason } });
}
