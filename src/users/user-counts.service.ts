import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../platform/observability/metrics.js';
import { remembered } from '../platform/store/remembered.js';

const rememberedMs = 10_000;

export interface UserCount {
  active: number;
  locked: number;
}

/** How many users there are, for whoever looks on; counts that are a few seconds old will do. */
@Injectable()
export class UserCounts {
  readonly byStatus = remembered(rememberedMs, () => this.count());

  constructor(
    private readonly dataSource: DataSource,
    metrics: Metrics,
  ) {
    metrics.read('users', async () => {
      const { active, locked } = await this.byStatus();
      return [
        { status: 'active', value: active },
        { status: 'locked', value: locked },
      ];
    });
  }

  /** From the index alone. */
  private async count(): Promise<UserCount> {
    const rows = await this.dataSource.query<{ status: keyof UserCount; users: number | string }[]>(
      "SELECT status, COUNT(*) AS users FROM users WHERE status IN ('active', 'locked') GROUP BY status",
    );
    const counts = rows.map(({ status, users }) => [status, Number(users)]);
    return { active: 0, locked: 0, ...(Object.fromEntries(counts) as Partial<UserCount>) };
  }
}
