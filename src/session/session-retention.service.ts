import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import { retryTransient } from '../platform/database/retry-transient.js';
import { HourlyChore } from '../platform/store/hourly-chore.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { SessionEntity } from './session.entity.js';

/**
 * For how long a session is kept after the life of its refresh token, ended before or not: whoever comes back by then is
 * told why it is over.
 */
const keptMs = 7 * 24 * 3_600_000;

/** Lets go of sessions that no token can speak for any more. */
@Injectable()
export class SessionRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly chore: HourlyChore;

  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    store: KeyValueStore,
  ) {
    this.chore = new HourlyChore(store, {
      name: 'session-retention',
      what: 'sessions',
      size: 1000,
      bites: [(size) => this.deleteBite(size)],
    });
  }

  onApplicationBootstrap(): void {
    this.chore.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.chore.stop();
  }

  /** Deletes what is over, unless a replica has done so within the hour; the number of sessions. */
  runOnce(): Promise<number> {
    return this.chore.runOnce();
  }

  /** SQLite's DELETE knows no LIMIT, so the rows are looked up. */
  private async deleteBite(size: number): Promise<number> {
    const over = await this.repository.find({
      select: { id: true },
      where: { expiresAt: LessThan(Date.now() - keptMs) },
      order: { expiresAt: 'ASC' },
      take: size,
    });
    if (over.length > 0) {
      await retryTransient(() => this.repository.delete({ id: In(over.map(({ id }) => id)) }));
    }
    return over.length;
  }
}
