import { z } from 'zod';
import { baseUrl, flag, text, variable, type Variable } from './variable.js';

const pairs = z
  .string()
  .regex(
    /^\s*[^=,\s]+=[^,]*(,\s*[^=,\s]+=[^,]*)*$/,
    'must be name=value pairs, comma-separated, with %2C for a comma',
  );

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Where traces go and how many: OpenTelemetry's own variables. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(baseUrl, {
    example: 'http://otel-collector:4318',
    about: 'Turns tracing on: the OTLP collector, to whose /v1/traces spans are sent over HTTP',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: variable(
    z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
    {
      example: 'http://otel-collector:4318/v1/traces',
      about: 'The same as the whole URL, in place of the former',
    },
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: variable(
    z.enum(['http/json', 'http/protobuf'], 'must be http/json or http/protobuf: gRPC is not spoken'),
    { default: 'http/json', example: 'http/protobuf', about: 'http/json or http/protobuf' },
  ),
  OTEL_EXPORTER_OTLP_HEADERS: variable(pairs, {
    secret: true,
    example: 'authorization=Bearer%20token',
    about: 'Headers that the collector asks for, values percent-encoded',
  }),
  OTEL_SERVICE_NAME: variable(text, {
    example: 'wxpass-staging',
    about: 'What the service is called in traces; wxpass when unset',
  }),
  OTEL_RESOURCE_ATTRIBUTES: variable(pairs, {
    example: 'deployment.environment.name=staging',
    about: 'What else each trace says of where it comes from',
  }),
  OTEL_TRACES_SAMPLER: variable(z.enum(samplers, `must be one of ${samplers.join(', ')}`), {
    default: 'parentbased_always_on',
    example: 'traceidratio',
    about: 'Which traces are recorded; parentbased: those whose requester records them',
  }),
  OTEL_TRACES_SAMPLER_ARG: variable(
    z.string().regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a share between 0 and 1'),
    { default: '1', example: '0.05', about: 'The share of traces that a traceidratio records' },
  ),
  OTEL_SDK_DISABLED: variable(flag, { example: 'true', about: 'true: no tracing, whatever else is set' }),
} satisfies Record<string, Variable>;
