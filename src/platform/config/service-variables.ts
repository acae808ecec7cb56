import { z } from 'zod';
import { parseTrustedProxies } from './formats.js';
import {
  baseUrl,
  duration,
  flag,
  integer,
  limit,
  origins,
  text,
  variable,
  type Variable,
} from './variable.js';

/** Where the service runs, who may call it, what it logs. */
export const serviceVariables = {
  NODE_ENV: variable(
    z.enum(['development', 'production', 'test'], 'must be development, production or test'),
    {
      default: 'development',
      example: 'production',
      about: 'production: no simulator, no .env file, no generated keys, no placeholder or short secrets',
    },
  ),
  HOST: variable(text, {
    example: '0.0.0.0',
    about: 'Address to listen on; 127.0.0.1 with the simulator, else 0.0.0.0',
  }),
  PORT: variable(integer(1, 65535), { default: '3000', example: '3000', about: 'Port to listen on' }),
  PUBLIC_URL: variable(baseUrl, {
    example: 'https://login.example.com',
    about: 'Address people reach the service at; http://localhost:PORT when unset',
  }),
  REPLICAS: variable(integer(1, 1000), {
    default: '1',
    example: '2',
    about: 'How many processes share the database; more than 1 needs MySQL and Redis',
  }),
  SIMULATOR: variable(flag, {
    example: 'true',
    about: 'Plays WeChat under /simulator; on outside production when no WeChat app is configured',
  }),
  DOCS: variable(flag, { default: 'true', example: 'false', about: 'Serves /docs and /docs/openapi.json' }),
  METRICS_TOKEN: variable(z.string().regex(/^[!-~]{1,256}$/, 'must be printable ASCII without spaces'), {
    secret: true,
    example: 'a secret of at least 16 characters',
    about: 'Bearer token that /metrics asks for; open to whoever reaches the port when unset',
  }),
  CORS_ORIGINS: variable(origins, {
    example: 'https://app.example.com,https://admin.example.com',
    about: 'Exact origins whose pages may call the API; none when unset',
  }),
  RETURN_TO_ORIGINS: variable(origins, {
    example: 'https://www.example.com,https://shop.example.com',
    about: 'Exact origins a login may return to, beside the own one; none when unset',
  }),
  TRUST_PROXY: variable(z.string().transform(parseTrustedProxies), {
    example: '10.0.0.0/8,fd00::/8',
    about: 'Proxies whose X-Forwarded-For is believed, as addresses or CIDR; none when unset',
  }),
  API_LIMIT: variable(limit, {
    default: '600/1m',
    example: '600/1m',
    about: 'Requests to /api/v1 by user, or by address without a token',
  }),
  LOG_LEVEL: variable(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), {
    default: 'info',
    example: 'debug',
    about: 'fatal, error, warn, info, debug, trace or silent',
  }),
  LOG_FORMAT: variable(z.enum(['pretty', 'json']), {
    example: 'json',
    about: 'pretty or json; pretty in development, else json',
  }),
  SHUTDOWN_DELAY: variable(duration, {
    default: '0s',
    example: '5s',
    about: 'After SIGTERM: not ready but still serving, until load balancers have noticed',
  }),
  SHUTDOWN_GRACE: variable(duration, {
    default: '10s',
    example: '10s',
    about: 'Then: how long requests in flight may take to finish',
  }),
} satisfies Record<string, Variable>;
