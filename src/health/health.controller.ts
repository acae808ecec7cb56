import { Controller, Get, Header, Logger, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { ApiPlainAnswer } from '../platform/http/openapi.js';
import { Public } from '../platform/http/public.decorator.js';
import { describeError } from '../platform/observability/describe-error.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { HealthFilter } from './health.filter.js';
import { healthy, healthyExample, unhealthy, unhealthyExample } from './health.schemas.js';
import { Readiness } from './readiness.service.js';

/** Whoever can say so is alive, shutdown or not: restarting would only cut what is being finished. */
const alive = { status: 'ok' as const, info: {}, error: {}, details: {} };

const timeLimitMs = 1500;
/** Probes of many balancers share one look. */
const sharedForMs = 250;

/** What Kubernetes asks: live depends on nothing outside the process, ready on what a request needs; never on WeChat. */
@ApiTags('Health')
@Public()
@UseFilters(HealthFilter)
@Controller('health')
export class HealthController {
  private readonly logger = new Logger('Health');

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
    private readonly store: KeyValueStore,
    private readonly readiness: Readiness,
  ) {}

  @Get()
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getHealth', summary: 'The same as /health/ready' })
  @ApiPlainAnswer(200, 'All is well', healthy, healthyExample)
  @ApiPlainAnswer(503, 'Something is not', unhealthy, unhealthyExample)
  overall(): Promise<HealthCheckResult> {
    return this.ready();
  }

  @Get('live')
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers' })
  @ApiPlainAnswer(200, 'It answers', healthy, alive)
  live(): HealthCheckResult {
    return alive;
  }

  @Get('ready')
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Whether the service can serve: start-up, database, store',
  })
  @ApiPlainAnswer(200, 'All is well', healthy, healthyExample)
  @ApiPlainAnswer(503, 'Something is not', unhealthy, unhealthyExample)
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
      .attempt(() => this.attempt(name, look))
      .withTimeout(timeLimitMs);
    return cacheMs > 0 ? attempt.cacheFor(cacheMs) : attempt;
  }

  /** Probes are answered to strangers: the log alone learns what a driver said. */
  private async attempt(name: string, look: () => Promise<unknown>): Promise<void> {
    const failure = await look().then(
      () => undefined,
      (error: unknown) => describeError(error).message,
    );
    if (failure === undefined) return;
    this.logger.debug(`${name}: ${failure}`);
    throw new Error('unavailable');
  }
}
