import { z } from 'zod';

const indicator = z.looseObject({
  status: z.enum(['up', 'down']),
  responseTime: z.number().describe('Milliseconds'),
  message: z.string().optional().describe('Why it is down'),
});
const indicators = z.record(z.string(), indicator);

/** Terminus' form: `info` has what is well, `error` what is not, `details` both. */
const report = z.object({
  info: indicators.describe('What is well'),
  error: indicators.describe('What is not'),
  details: indicators.describe('Both'),
});

export const healthy = report.extend({ status: z.literal('ok').describe('All is well') });
export const unhealthy = report.extend({
  status: z
    .enum(['error', 'shutting_down'])
    .describe('Whether something is away, or the service itself is leaving'),
});

const up = { service: { status: 'up', responseTime: 0 }, store: { status: 'up', responseTime: 1 } } as const;
const database = { status: 'up', responseTime: 2 } as const;
const away = { status: 'down', responseTime: 12, message: 'unavailable' } as const;

export const healthyExample: z.infer<typeof healthy> = {
  status: 'ok',
  info: { ...up, database },
  error: {},
  details: { ...up, database },
};

export const unhealthyExample: z.infer<typeof unhealthy> = {
  status: 'error',
  info: up,
  error: { database: away },
  details: { ...up, database: away },
};
