import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import { SessionEntity } from './session.entity.js';

/** A session is written at most once in this time, however many requests it makes. */
const resolutionMs = 60_000;
const writeEveryMs = 5_000;
const batchSize = 500;

/** Writes when sessions were last used: gathered in memory, a statement for many of them, never in a request's way. */
@Injectable()
export class LastSeen implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly waiting = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(@InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.write(), writeEveryMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.write();
  }

  /** @param knownAt what the database says, in milliseconds */
  note(sessionId: string, knownAt: number): void {
    if (Date.now() - knownAt >= resolutionMs) this.waiting.add(sessionId);
  }

  /** What cannot be written now is noted again by the next request. */
  private async write(): Promise<void> {
    const now = Date.now();
    const ids = [...this.waiting];
    this.waiting.clear();
    for (let i = 0; i < ids.length; i += batchSize) {
      const batch = { id: In(ids.slice(i, i + batchSize)), lastSeenAt: LessThan(now) };
      const written = await this.repository.update(batch, { lastSeenAt: now }).then(
        () => true,
        () => false,
      );
      // A database that is away must not hold up a shutdown once for each batch.
      if (!written) return;
    }
  }
}
