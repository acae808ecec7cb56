import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { biteRows, countInBites } from '../platform/database/count-in-bites.js';
import { engineOf, useIndex } from '../platform/database/statement.js';
import { Metrics } from '../platform/observability/metrics.js';
import { remembered } from '../platform/store/remembered.js';
import { roles, type Role } from './user.entity.js';

const rememberedMs = 10_000;

export interface UserCount {
  active: number;
  locked: number;
}

interface CountRow {
  users: number | string;
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

  private async count(): Promise<UserCount> {
    return { active: await this.countAll('active'), locked: await this.countAll('locked') };
  }

  private async countAll(status: keyof UserCount): Promise<number> {
    let users = 0;
    for (const role of roles) users += await this.countOf(role, status);
    return users;
  }

  /** From the index alone, in its order. */
  private countOf(role: Role, status: keyof UserCount): Promise<number> {
    const index = useIndex(engineOf(this.dataSource), 'users_role');
    const those = `FROM users ${index} WHERE role = ? AND status = ? AND id > ?`;
    return countInBites({
      biteAfter: async (id) => {
        const sql = `SELECT id ${those} ORDER BY id LIMIT 1 OFFSET ${biteRows - 1}`;
        return (await this.dataSource.query<{ id: string }[]>(sql, [role, status, id]))[0]?.id;
      },
      restAfter: async (id) => {
        const sql = `SELECT COUNT(*) AS users ${those}`;
        return Number((await this.dataSource.query<CountRow[]>(sql, [role, status, id]))[0]!.users);
      },
    });
  }
}
