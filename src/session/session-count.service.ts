import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { biteRows } from '../platform/database/count-in-bites.js';
import { engineOf, useIndex } from '../platform/database/statement.js';
import { Metrics } from '../platform/observability/metrics.js';
import { remembered } from '../platform/store/remembered.js';

const rememberedMs = 10_000;

/** How many sessions stand, for whoever looks on; a count that is a few seconds old will do. */
@Injectable()
export class SessionCount {
  private readonly sessions: string;
  readonly active = remembered(rememberedMs, () => this.count());

  constructor(
    private readonly dataSource: DataSource,
    metrics: Metrics,
  ) {
    this.sessions = `sessions ${useIndex(engineOf(dataSource), 'sessions_expiry')}`;
    metrics.read('sessions', async () => [{ value: await this.active() }]);
  }

  /** From the index alone, in bites of the times at which sessions end: hardly two end in the same millisecond. */
  private async count(): Promise<number> {
    let active = 0;
    for (let after = Date.now(); ;) {
      const until = await this.endOfBite(after);
      active += await this.countBetween(after, until ?? Number.MAX_SAFE_INTEGER);
      if (until === undefined) return active;
      after = until;
    }
  }

  private async endOfBite(after: number): Promise<number | undefined> {
    const sql = `SELECT expires_at AS until FROM ${this.sessions} WHERE expires_at > ?`;
    const [row] = await this.dataSource.query<{ until: number | string }[]>(
      `${sql} ORDER BY expires_at LIMIT 1 OFFSET ${biteRows - 1}`,
      [after],
    );
    return row && Number(row.until);
  }

  private async countBetween(after: number, until: number): Promise<number> {
    const ends = 'expires_at > ? AND expires_at <= ? AND ended_at IS NULL';
    const [row] = await this.dataSource.query<{ active: number | string }[]>(
      `SELECT COUNT(*) AS active FROM ${this.sessions} WHERE ${ends}`,
      [after, until],
    );
    return Number(row!.active);
  }
}
