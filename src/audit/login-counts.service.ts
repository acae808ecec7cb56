import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Outcome } from './audit-entry.entity.js';

/** How many logins there were through one door in one part of the time. */
export interface LoginCount {
  /** When the part begins, in milliseconds since 1970. */
  at: number;
  /** Null where the attempt came to no door. */
  appId: string | null;
  outcome: Outcome;
  count: number;
}

interface CountRow {
  part: number | string;
  appId: string;
  outcome: Outcome;
  count: number | string;
}

/** What the audit log's writer has counted. */
@Injectable()
export class LoginCounts {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Oldest first; nothing is said of where nothing happened.
   * @param from, to milliseconds since 1970, on the hour; `to` is not included
   * @param partMs how long each part is, in whole hours
   */
  async between(from: number, to: number, partMs: number): Promise<LoginCount[]> {
    const rows = await this.dataSource.query<CountRow[]>(
      `SELECT hour - hour % ? AS part, app_id AS appId, outcome, SUM(count) AS count FROM login_counts
       WHERE hour >= ? AND hour < ? GROUP BY part, app_id, outcome ORDER BY part, app_id, outcome`,
      [partMs, from, to],
    );
    return rows.map(({ part, appId, outcome, count }) => ({
      at: Number(part),
      appId: appId === '' ? null : appId,
      outcome,
      count: Number(count),
    }));
  }
}
