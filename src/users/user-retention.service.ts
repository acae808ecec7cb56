import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, In, IsNull, LessThanOrEqual, Not, type EntityManager } from 'typeorm';
import { HourlyChore } from '../platform/store/hourly-chore.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { undoableMs } from './merge.view.js';
import { retryRaces } from './retry-races.js';
import { UserMergeEntity } from './user-merge.entity.js';
import { UserEntity } from './user.entity.js';

/** Sessions are another module's: what ties them to their user is the foreign key. */
const erasedWithoutSessions = `SELECT u.id AS id FROM users u WHERE u.status = 'erased'
  AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id)`;

/** Lets go of merges that can be undone no more, and of the empty rows that merging and erasing leave. */
@Injectable()
export class UserRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly chore: HourlyChore;

  constructor(
    private readonly dataSource: DataSource,
    store: KeyValueStore,
  ) {
    this.chore = new HourlyChore(store, {
      name: 'user-retention',
      what: 'merged or erased users',
      // Each merged user is a transaction: a shutdown must not wait for many.
      size: 100,
      bites: [(size) => this.deleteMerged(size), (size) => this.deleteErased(size)],
    });
  }

  onApplicationBootstrap(): void {
    this.chore.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.chore.stop();
  }

  /** Deletes what is over, unless a replica has done so within the hour; the number of users. */
  runOnce(): Promise<number> {
    return this.chore.runOnce();
  }

  /** With their sessions, by the foreign key. */
  private async deleteMerged(size: number): Promise<number> {
    const over = await this.dataSource.manager.find(UserMergeEntity, {
      where: { undoneAt: IsNull(), mergedAt: LessThanOrEqual(Date.now() - undoableMs) },
      order: { mergedAt: 'ASC', id: 'ASC' },
      take: size,
    });
    for (const merge of over) {
      await retryRaces(() => this.dataSource.transaction((manager) => forget(manager, merge)));
    }
    return over.length;
  }

  private async deleteErased(size: number): Promise<number> {
    const { manager } = this.dataSource;
    const over = await manager.query<{ id: string }[]>(`${erasedWithoutSessions} LIMIT ${size}`);
    if (over.length > 0) await manager.delete(UserEntity, { id: In(over.map(({ id }) => id)) });
    return over.length;
  }
}

/** Whoever was told apart from the one who goes is told apart from the one they became. */
async function forget(manager: EntityManager, { id, survivorId, mergedId }: UserMergeEntity): Promise<void> {
  const { affected } = await manager.delete(UserMergeEntity, { id, undoneAt: IsNull() });
  if (affected !== 1) return;
  await manager.update(UserMergeEntity, { survivorId: mergedId }, { survivorId });
  await manager.update(UserMergeEntity, { mergedId, undoneAt: Not(IsNull()) }, { mergedId: survivorId });
  await manager.delete(UserEntity, { id: mergedId, status: 'merged' });
}
