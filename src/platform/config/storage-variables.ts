import { z } from 'zod';
import { parseDatabaseUrl, parseRedisUrl } from './formats.js';
import { flag, integer, text, variable, type Variable } from './variable.js';

/** Where the service keeps what it knows. */
export const storageVariables = {
  DATABASE_URL: variable(z.string().transform(parseDatabaseUrl), {
    secret: true,
    example: 'mysql://wxpass:password@db.example.com:3306/wxpass',
    about: 'sqlite:path/to/file.db or mysql://user:password@host:3306/name; sqlite:data/wxpass.db when unset',
  }),
  DATABASE_HOST: variable(text, {
    example: 'db.example.com',
    about: 'MySQL in parts instead of DATABASE_URL, for passwords that a URL would break',
  }),
  DATABASE_PORT: variable(integer(1, 65535), { example: '3306', about: 'MySQL port; 3306 when unset' }),
  DATABASE_USER: variable(text, { example: 'wxpass', about: 'MySQL user' }),
  DATABASE_PASSWORD: variable(text, { secret: true, example: 'p@ss/w:rd', about: 'MySQL password' }),
  DATABASE_NAME: variable(text, { example: 'wxpass', about: 'MySQL database' }),
  DATABASE_TLS: variable(flag, {
    default: 'false',
    example: 'true',
    about: "Speak TLS to MySQL and check its certificate; Node's NODE_EXTRA_CA_CERTS names a CA of yours",
  }),
  DATABASE_POOL_SIZE: variable(integer(1, 1000), {
    default: '20',
    example: '20',
    about: 'Connections a process may hold open to MySQL',
  }),
  DATABASE_MIGRATE: variable(flag, {
    example: 'true',
    about: 'Apply pending migrations at boot, under a lock; on with SQLite, off with MySQL when unset',
  }),
  REDIS_URL: variable(z.string().transform(parseRedisUrl), {
    secret: true,
    example: 'redis://:password@redis.example.com:6379/0',
    about: 'redis://, rediss:// or redis+sentinel://host:26379,host:26379/master; in memory when unset',
  }),
} satisfies Record<string, Variable>;
