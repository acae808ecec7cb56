import { Controller, Get, Header, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { Public } from '../platform/http/public.decorator.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { HealthFilter } from './health.filter.js';
import { Readiness } from './readiness.service.js';

const timeLimitMs = 1500;
/** Probes of many balancers share one look. */
const sharedForMs = 250;

/** What Kubernetes asks: live depends on nothing outside the process, ready on what a request needs; never on WeChat. */
@ApiTags('Health')
@Public()
@UseFilters(HealthFilter)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
    private readonly store: KeyValueStore,
    private readonly readiness: Readiness,
  ) {}

  @Get()
  @HealthCheck()
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getHealth', summary: 'The same as /health/ready' })
  overall(): Promise<HealthCheckResult> {
    return this.ready();
  }

  @Get('live')
  @HealthCheck()
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers' })
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @HealthCheck()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Whether the service can serve: start-up, database, store',
  })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.probe('service', async () => this.readiness.require()),
      () => this.probe('database', () => this.dataSource.query('SELECT 1'), sharedForMs),
      () => this.probe('store', () => this.store.ping(), sharedForMs),
    ]);
  }

  private probe(name: string, look: () => Promise<unknown>, cacheMs = 0) {
    const attempt = this.indicators
      .check(name)
      .attempt(async () => void (await look()))
      .withTimeout(timeLimitMs);
    return cacheMs > 0 ? attempt.cacheFor(cacheMs) : attempt;
  }
}
