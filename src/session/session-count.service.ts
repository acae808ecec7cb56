import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { biteRows, countInBites } from '../platform/database/count-in-bites.js';
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

  /** From the index alone, in bites between two milliseconds; what ends in one millisecond is bitten by id. */
  private async count(): Promise<number> {
    let active = 0;
    for (let after = Date.now(); ;) {
      const border = await this.borderAfter(after);
      const ends = 'expires_at > ? AND expires_at < ?';
      active += await this.countWhere(ends, [after, border ?? Number.MAX_SAFE_INTEGER]);
      if (border === undefined) return active;
      active += await this.countAt(border);
      after = border;
    }
  }

  /** Short of what ends then there are no more than a bite. */
  private async borderAfter(after: number): Promise<number | undefined> {
    const sql = `SELECT expires_at AS border FROM ${this.sessions} WHERE expires_at > ?`;
    const [row] = await this.dataSource.query<{ border: number | string }[]>(
      `${sql} ORDER BY expires_at LIMIT 1 OFFSET ${biteRows}`,
      [after],
    );
    return row && Number(row.border);
  }

  private countAt(end: number): Promise<number> {
    return countInBites({
      biteAfter: async (id) => {
        const sql = `SELECT id FROM ${this.sessions} WHERE expires_at = ? AND ended_at IS NULL AND id > ?`;
        const [row] = await this.dataSource.query<{ id: string }[]>(
          `${sql} ORDER BY id LIMIT 1 OFFSET ${biteRows - 1}`,
          [end, id],
        );
        return row?.id;
      },
      restAfter: (id) => this.countWhere('expires_at = ? AND id > ?', [end, id]),
    });
  }

  private async countWhere(condition: string, values: (number | string)[]): Promise<number> {
    const [row] = await this.dataSource.query<{ active: number | string }[]>(
      `SELECT COUNT(*) AS active FROM ${this.sessions} WHERE ${condition} AND ended_at IS NULL`,
      values,
    );
    return Number(row!.active);
  }
}
