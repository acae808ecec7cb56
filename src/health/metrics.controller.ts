import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../platform/config/config.js';
import { sameText } from '../platform/crypto/secrets.js';
import { ApiTextAnswer } from '../platform/http/openapi.js';
import { Public } from '../platform/http/public.decorator.js';
import { Metrics } from '../platform/observability/metrics.js';

const example = `# HELP wxpass_logins_total Attempts to log in, by how they ended
# TYPE wxpass_logins_total counter
wxpass_logins_total{door="mini-program",outcome="success"} 42
`;

/** What Prometheus scrapes, of this process alone. */
@ApiTags('Health')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getMetrics',
    summary: "What this process counts and measures, in Prometheus' text format",
    description: 'Where `METRICS_TOKEN` is set, it is asked for: `Authorization: Bearer <METRICS_TOKEN>`.',
  })
  @ApiSecurity({})
  @ApiSecurity('metricsToken')
  @ApiTextAnswer(200, 'The metrics', example)
  @ApiTextAnswer(401, 'The token is not METRICS_TOKEN', '')
  async scrape(@Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    reply.header('cache-control', 'no-store');
    if (this.admits(headers.authorization)) {
      await reply.type(this.metrics.contentType).send(await this.metrics.text());
    } else {
      await reply.status(401).header('www-authenticate', 'Bearer').type('text/plain').send('');
    }
  }

  private admits(authorization = ''): boolean {
    const { metricsToken } = this.config;
    return metricsToken === undefined || sameText(authorization, `Bearer ${metricsToken}`);
  }
}
