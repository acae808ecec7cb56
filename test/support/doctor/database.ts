import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { loadDatabaseConfig } from '../../../src/platform/config/load-config.js';
import { openDatabase } from '../../../src/platform/database/migrate.js';
import { schema } from '../../../src/schema.js';
import { miniProgram } from '../start-simulator.js';
import { startMariadb } from '../services/mariadb.js';
import type { Provocation } from './provocation.js';
import { onlyApp, type World } from './world.js';

const password = 'plantedPassword1';

async function user(world: World, name: string, words = ''): Promise<{ name: string; password: string }> {
  await world.sql(`CREATE USER ${name}@127.0.0.1 IDENTIFIED BY '${password}' ${words}`);
  return { name, password };
}

/** A database at the code's schema, on our own server. */
async function migrated(world: World): Promise<string> {
  const url = await world.database();
  const config = loadDatabaseConfig({ DATABASE_URL: url, DATABASE_MIGRATE: 'true' });
  await (await openDatabase(config, schema)).destroy();
  return url;
}

/** Somebody whom this app lets in without a unionid. */
async function logIn(world: World, name: string): Promise<void> {
  const code = await world.service.simulator.code(name, { unionid: false });
  const { status } = await world.service.api('POST', '/auth/wechat/mini-program', {
    code,
    appId: miniProgram.appId,
  });
  if (status !== 200) throw new Error(`the login answered ${status}`);
}

export const databaseProvocations: Provocation[] = [
  {
    condition: 'database-host-unknown',
    how: 'the host nowhere.invalid',
    provoke: () => ({ DATABASE_URL: `mysql://wxpass:${password}@nowhere.invalid/wxpass` }),
  },
  {
    condition: 'database-unreachable',
    how: 'a port on which nothing listens',
    provoke: () => ({ DATABASE_URL: `mysql://wxpass:${password}@127.0.0.1:1/wxpass` }),
  },
  {
    condition: 'database-unreachable',
    how: 'a server that never says a word',
    provoke: async (world) => ({
      DATABASE_URL: `mysql://wxpass:${password}@127.0.0.1:${await world.silence()}/wxpass`,
    }),
  },
  {
    condition: 'database-tls',
    how: 'DATABASE_TLS=true on a MariaDB that speaks none',
    provoke: async (world) => ({
      DATABASE_URL: (await world.database()).replace('127.0.0.1', 'localhost'),
      DATABASE_TLS: 'true',
    }),
  },
  {
    condition: 'database-login-refused',
    how: 'MariaDB, another password',
    provoke: async (world) => ({
      DATABASE_URL: await world.database(undefined, { name: 'wxpass', password: 'plantedWrong1' }),
    }),
  },
  {
    condition: 'database-missing',
    how: 'MariaDB, a name that does not exist',
    provoke: (world) => ({ DATABASE_URL: `${world.mariadb.url}/nothing` }),
  },
  {
    condition: 'database-access-denied',
    how: 'MariaDB, a user without any right',
    provoke: async (world) => ({ DATABASE_URL: await world.database(undefined, await user(world, 'weak')) }),
  },
  {
    condition: 'database-busy',
    how: 'MariaDB, a user allowed one connection, which is taken',
    provoke: async (world) => {
      const url = await world.database(undefined, await user(world, 'busy', 'WITH MAX_USER_CONNECTIONS 1'));
      await world.sql(`GRANT ALL ON ${new URL(url).pathname.slice(1)}.* TO busy@127.0.0.1`);
      const connection = await createConnection(url);
      world.afterwards(() => connection.end());
      return { DATABASE_URL: url };
    },
  },
  {
    condition: 'database-failed',
    how: 'MariaDB, a user whose account is locked',
    provoke: async (world) => ({
      DATABASE_URL: await world.database(undefined, await user(world, 'locked', 'ACCOUNT LOCK')),
    }),
  },
  {
    condition: 'database-file-broken',
    how: 'a SQLite file that holds prose',
    provoke: async (world) => ({
      DATABASE_URL: `sqlite:${await world.file('This is no database. '.repeat(200))}`,
      REDIS_URL: '',
    }),
  },
  {
    condition: 'database-version',
    how: 'MariaDB started with --version=10.5.9-MariaDB',
    provoke: async (world) => {
      const old = await startMariadb({ args: ['--version=10.5.9-MariaDB'] });
      world.afterwards(() => old.stop());
      return { DATABASE_URL: `${old.url}/mysql` };
    },
  },
  {
    condition: 'database-charset',
    how: 'MariaDB, a database CHARACTER SET utf8mb3',
    provoke: async (world) => ({ DATABASE_URL: await world.database('CHARACTER SET utf8mb3') }),
  },
  {
    condition: 'database-read-only',
    how: 'MariaDB after SET GLOBAL read_only = 1',
    provoke: async (world) => {
      const url = await world.database();
      await world.sql('SET GLOBAL read_only = 1');
      world.afterwards(() => world.sql('SET GLOBAL read_only = 0'));
      return { DATABASE_URL: url };
    },
  },
  {
    condition: 'database-connections',
    how: 'DATABASE_POOL_SIZE=400 and REPLICAS=2 on a server of 500',
    provoke: async (world) => ({
      DATABASE_URL: await world.database(),
      DATABASE_POOL_SIZE: '400',
      REPLICAS: '2',
    }),
  },
  {
    condition: 'migrations-pending',
    how: 'an empty database and DATABASE_MIGRATE=false',
    provoke: async (world) => ({ DATABASE_URL: await world.database(), DATABASE_MIGRATE: 'false' }),
  },
  {
    condition: 'schema-newer',
    how: 'a row in migrations that the code does not know',
    provoke: async (world) => {
      const url = await migrated(world);
      const name = new URL(url).pathname.slice(1);
      await world.sql(
        `INSERT INTO ${name}.migrations (timestamp, name) VALUES (9900000000000, 'FromTheFuture')`,
      );
      return { DATABASE_URL: url };
    },
  },
  {
    condition: 'unionid-not-bound',
    how: 'a login to which the simulator gave no unionid',
    provoke: async (world) => {
      await logIn(world, 'unbound');
      return onlyApp(miniProgram);
    },
  },
  {
    condition: 'everybody-one-address',
    how: '25 logins from 127.0.0.1 behind a PUBLIC_URL that is not local',
    provoke: async (world) => {
      for (let i = 0; i < 25; i++) await logIn(world, 'one-address');
      await sleep(1_500); // what the audit log promises: visible within a second
      return { PUBLIC_URL: 'https://login.example.test' };
    },
  },
];
