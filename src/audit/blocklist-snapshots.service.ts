import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { keepListening } from '../platform/store/keep-listening.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { BlockEntity } from './block.entity.js';
import { BlocklistSnapshot, type BlockRow } from './blocklist-snapshot.js';

const channel = 'blocks-changed';
/** Bounds how long another replica's change may go unseen where its word is lost. */
const maxAgeMs = 500;

interface Remembered {
  askedAt: number;
  snapshot: Promise<BlocklistSnapshot>;
}

/** The blocklist as it was a moment ago, for all who ask at once; hears of changes on all replicas. */
@Injectable()
export class BlocklistSnapshots implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private remembered: Remembered | undefined;

  constructor(
    @InjectRepository(BlockEntity) private readonly repository: Repository<BlockEntity>,
    private readonly store: KeyValueStore,
  ) {}

  onApplicationBootstrap(): void {
    // Until then, what happens elsewhere is seen when what is remembered has aged.
    void keepListening(this.store, channel, () => (this.remembered = undefined), this.stopping.signal);
  }

  onApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** As old as its question, half a second at most; rejects where the database does not answer. */
  current(): Promise<BlocklistSnapshot> {
    const now = performance.now();
    const known = this.remembered;
    return known && now - known.askedAt < maxAgeMs ? known.snapshot : this.ask(now);
  }

  /** To be called once a change is written: this replica asks anew, the others are told. */
  async announceChange(): Promise<void> {
    this.remembered = undefined;
    try {
      await this.store.publish(channel, '');
    } catch {
      // The rows are written; other replicas see them when what they remember has aged.
    }
  }

  private ask(askedAt: number): Promise<BlocklistSnapshot> {
    const asked: Remembered = { askedAt, snapshot: this.load() };
    this.remembered = asked;
    asked.snapshot.catch(() => {
      if (this.remembered === asked) this.remembered = undefined;
    });
    return asked.snapshot;
  }

  private async load(): Promise<BlocklistSnapshot> {
    const rows = await this.repository.query<BlockRow[]>(
      'SELECT kind, value, expires_at FROM blocks WHERE expires_at IS NULL OR expires_at > ?',
      [Date.now()],
    );
    return new BlocklistSnapshot(rows);
  }
}
