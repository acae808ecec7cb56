import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../platform/observability/metrics.js';
import { remembered } from '../platform/store/remembered.js';

const rememberedMs = 10_000;

/** How many sessions stand, for whoever looks on; a count that is a few seconds old will do. */
@Injectable()
export class SessionCount {
  readonly active = remembered(rememberedMs, () => this.count());

  constructor(
    private readonly dataSource: DataSource,
    metrics: Metrics,
  ) {
    metrics.read('sessions', async () => [{ value: await this.active() }]);
  }

  /** From the index alone. */
  private async count(): Promise<number> {
    const [row] = await this.dataSource.query<{ active: number | string }[]>(
      'SELECT COUNT(*) AS active FROM sessions WHERE expires_at > ? AND ended_at IS NULL',
      [Date.now()],
    );
    return Number(row!.active);
  }
}
