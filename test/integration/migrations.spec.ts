import { createConnection } from 'mysql2/promise';
import type { DataSource } from 'typeorm';
import { ConfigError } from '../../src/platform/config/config-error.js';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import {
  listMigrations,
  openDatabase,
  revertMigration,
  runMigrations,
  withMigrationDataSource,
} from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';
import { backends, type OpenBackend, shared } from '../support/backends.js';

type Row = Record<string, string | number | null>;

/** Everything that a release with the first two migrations wrote for one person, and its signing key. */
const earlierRows = {
  users: {
    id: 'u1',
    role: 'user',
    status: 'locked',
    username: 'someone',
    nickname: '小明😀',
    avatar_url: 'https://example.com/a.png',
    email: 'a@example.com',
    phone_masked: '138****0000',
    gender: 'female',
    country: 'CN',
    province: 'Guangdong',
    city: 'Shenzhen',
    language: 'zh_CN',
    created_at: 1_795_154_403_552,
    last_login_at: 1_795_154_403_553,
  },
  wechat_identities: {
    id: 'i1',
    user_id: 'u1',
    kind: 'mini-program',
    app_id: 'wx1',
    openid: 'oAbC',
    unionid: 'uAbC',
    linked_at: 1_795_154_403_552,
  },
  wechat_unions: { unionid: 'uAbC', user_id: 'u1' },
  sessions: {
    id: 's1',
    user_id: 'u1',
    role: 'user',
    client_id: 'wx1',
    via: 'mini-program',
    device_id: 'd1',
    device_type: 'mobile',
    device_name: '手机📱',
    address: '192.0.2.1',
    user_agent: 'test',
    family_hash: 'f',
    refresh_hash: 'r',
    previous_hash: 'p',
    rotation_salt: 's',
    rotated_at: 1_795_154_403_554,
    created_at: 1_795_154_403_552,
    last_seen_at: 1_795_154_403_555,
    expires_at: 1_795_154_403_556,
    max_expires_at: 1_795_154_403_557,
    ended_at: null,
    end_reason: null,
  },
  signing_keys: {
    kid: 'k1',
    sequence: 1,
    algorithm: 'ES256',
    public_jwk: '{}',
    private_sealed: 'sealed',
    created_at: 1_795_154_403_552,
    signs_from: 1_795_154_403_553,
  },
} satisfies Record<string, Row>;

async function insertRow(dataSource: DataSource, table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  const places = columns.map(() => '?').join();
  await dataSource.query(`INSERT INTO ${table} (${columns.join()}) VALUES (${places})`, Object.values(row));
}

/** The table's only row; MySQL's driver gives the large numbers as text. */
async function onlyRow(dataSource: DataSource, table: string): Promise<Row> {
  const rows = await dataSource.query<Row[]>(`SELECT * FROM ${table}`);
  expect([table, rows]).toEqual([table, [expect.anything()]]);
  const values = Object.entries(rows[0]!).map(([name, value]) => [
    name,
    /_at$|_from$|_ms$/.test(name) && value !== null ? Number(value) : value,
  ]);
  return Object.fromEntries(values) as Row;
}

const death = 'the process died';

/** The process dies, as far as the database can tell, once it has made a change that none before it has made. */
function dieAfterNextChange(dataSource: DataSource, seen: Set<string>): void {
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  let alive = true;
  dataSource.createQueryRunner = (mode) => {
    const runner = createQueryRunner(mode);
    const query = runner.query.bind(runner) as (...all: unknown[]) => Promise<unknown>;
    const mortal = async (sql: string, ...rest: unknown[]) => {
      if (!alive && !/ROLLBACK|RELEASE_LOCK/.test(sql)) throw new Error(death);
      const result = await query(sql, ...rest);
      if (!/^(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE)/i.test(sql) || seen.has(sql)) return result;
      seen.add(sql);
      alive = false;
      throw new Error(death);
    };
    return Object.assign(runner, { query: mortal });
  };
}

describe.each(backends)('migrations on $name', (backend) => {
  let storage: OpenBackend;
  beforeEach(async () => {
    storage = await backend.open();
  });
  afterEach(() => storage?.close());

  const config = (migrate = 'true') => loadDatabaseConfig({ ...storage.env, DATABASE_MIGRATE: migrate });

  it('lead to what the entities say: TypeORM would change nothing', async () => {
    const dataSource = await openDatabase(config(), schema);
    try {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('go back and forth again', async () => {
    await withMigrationDataSource(config(), schema, async (dataSource) => {
      const names = schema.migrations.map(({ name }) => name);
      expect(await runMigrations(dataSource, config())).toEqual(names);
      expect((await listMigrations(dataSource)).every(({ applied }) => applied)).toBe(true);
      for (const name of [...names].reverse())
        expect(await revertMigration(dataSource, config())).toEqual([name]);
      expect(await revertMigration(dataSource, config())).toEqual([]);
      const runner = dataSource.createQueryRunner();
      for (const { tableName } of dataSource.entityMetadatas) {
        expect([tableName, await runner.hasTable(tableName)]).toEqual([tableName, false]);
      }
      await runner.release();
      expect(await runMigrations(dataSource, config())).toEqual(names);
    });
  });

  it('keep the rows of an earlier release, forth and back', async () => {
    const earlier = { ...schema, migrations: schema.migrations.slice(0, 2) };
    await withMigrationDataSource(config(), earlier, async (dataSource) => {
      await runMigrations(dataSource, config());
      for (const [table, row] of Object.entries(earlierRows)) await insertRow(dataSource, table, row);
    });
    await withMigrationDataSource(config(), schema, async (dataSource) => {
      await runMigrations(dataSource, config());
      expect(await onlyRow(dataSource, 'users')).toMatchObject(earlierRows.users);
      expect(await onlyRow(dataSource, 'wechat_identities')).toMatchObject({
        ...earlierRows.wechat_identities,
        unionid_status: 'present',
      });
      expect(await onlyRow(dataSource, 'wechat_unions')).toMatchObject(earlierRows.wechat_unions);
      expect(await onlyRow(dataSource, 'sessions')).toMatchObject({
        ...earlierRows.sessions,
        authenticated_at: earlierRows.sessions.created_at,
      });
      expect(await onlyRow(dataSource, 'signing_keys')).toMatchObject(earlierRows.signing_keys);

      const later = schema.migrations.length - earlier.migrations.length;
      for (let i = 0; i < later; i++) await revertMigration(dataSource, config());
      for (const [table, row] of Object.entries(earlierRows)) {
        expect([table, await onlyRow(dataSource, table)]).toEqual([table, row]);
      }
      await dataSource.query('DELETE FROM users');
      expect(await dataSource.query('SELECT * FROM wechat_identities')).toEqual([]);
    });
  });

  it('give the reasons of acts more room, keep those that are there, and cut them on the way back', async () => {
    const before = schema.migrations.findIndex(({ name }) => name.startsWith('LengthenReasons'));
    const earlier = { ...schema, migrations: schema.migrations.slice(0, before) };
    const act = { id: 'a1', at: 1, event: 'login', outcome: 'failure', blocked: 0 };
    const reasonOf = async (dataSource: DataSource, id: string) => {
      const rows = await dataSource.query<Row[]>('SELECT reason FROM audit_log WHERE id = ?', [id]);
      return rows[0]!.reason;
    };
    await withMigrationDataSource(config(), earlier, async (dataSource) => {
      await runMigrations(dataSource, config());
      await insertRow(dataSource, 'audit_log', { ...act, reason: '原😀'.repeat(32) });
    });
    await withMigrationDataSource(config(), schema, async (dataSource) => {
      await runMigrations(dataSource, config());
      expect(await reasonOf(dataSource, 'a1')).toBe('原😀'.repeat(32));
      await insertRow(dataSource, 'audit_log', { ...act, id: 'a2', reason: '原'.repeat(255) });
      for (let i = schema.migrations.length; i > before; i--) await revertMigration(dataSource, config());
      expect(await reasonOf(dataSource, 'a1')).toBe('原😀'.repeat(32));
      expect(await reasonOf(dataSource, 'a2')).toBe('原'.repeat(64));
    });
  });

  it('make the rows of a person go with the person', async () => {
    const dataSource = await openDatabase(config(), schema);
    try {
      for (const [table, row] of Object.entries(earlierRows)) await insertRow(dataSource, table, row);
      await dataSource.query('DELETE FROM users');
      for (const table of ['wechat_identities', 'wechat_unions', 'sessions']) {
        expect([table, await dataSource.query(`SELECT * FROM ${table}`)]).toEqual([table, []]);
      }
    } finally {
      await dataSource.destroy();
    }
  });

  it('go on where a process died, after whichever change', async () => {
    const seen = new Set<string>();
    let deaths = 0;
    const died = () =>
      withMigrationDataSource(config(), schema, async (dataSource) => {
        dieAfterNextChange(dataSource, seen);
        return runMigrations(dataSource, config()).then(
          () => false,
          (error: Error) => {
            if (error.message !== death) throw error;
            return true;
          },
        );
      });
    while (await died()) deaths += 1;
    expect(deaths).toBeGreaterThan(20);

    const dataSource = await openDatabase(config('false'), schema);
    try {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  }, 120_000);

  it('are applied once by replicas that start at the same time', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => openDatabase(config(), schema)));
    try {
      const [{ n } = { n: 0 }] = await opened[0]!.query<{ n: number }[]>(
        'SELECT COUNT(*) AS n FROM migrations',
      );
      expect(Number(n)).toBe(schema.migrations.length);
    } finally {
      await Promise.all(opened.map((dataSource) => dataSource.destroy()));
    }
  });

  it('that are pending stop the boot, with their names and the command', async () => {
    const fault = await openDatabase(config('false'), schema).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(ConfigError);
    expect((fault as ConfigError).message).toContain(schema.migrations[0]!.name);
    expect((fault as ConfigError).message).toContain('npm run migration:run');
  });

  it('make ids of WeChat differ by case, and let emoji stand', async () => {
    const dataSource = await openDatabase(config(), schema);
    try {
      const { manager } = dataSource;
      const nickname = '小明😀'.repeat(16);
      const user = {
        id: 'u1',
        role: 'user' as const,
        status: 'active' as const,
        createdAt: 1,
        lastLoginAt: 1,
        nickname,
      };
      await manager.insert(UserEntity, user);
      const identity = { userId: 'u1', kind: 'mini-program', appId: 'wx1', linkedAt: 1 };
      await manager.insert(WechatIdentityEntity, { ...identity, id: 'i1', openid: 'oAbC', unionid: 'uAbC' });
      await manager.insert(WechatIdentityEntity, { ...identity, id: 'i2', openid: 'oabc', unionid: 'uabc' });
      const found = await manager.findBy(WechatIdentityEntity, { appId: 'wx1', openid: 'oabc' });
      expect(found.map(({ id }) => id)).toEqual(['i2']);
      expect((await manager.findOneByOrFail(UserEntity, { id: 'u1' })).nickname).toBe(nickname);
    } finally {
      await dataSource.destroy();
    }
  });

  it('keep milliseconds exactly', async () => {
    const dataSource = await openDatabase(config(), schema);
    try {
      const createdAt = 1_795_154_403_552;
      await dataSource.manager.insert(UserEntity, {
        id: 'u1',
        role: 'user',
        status: 'active',
        createdAt,
        lastLoginAt: Number.MAX_SAFE_INTEGER,
      });
      const user = await dataSource.manager.findOneByOrFail(UserEntity, { id: 'u1' });
      expect([user.createdAt, user.lastLoginAt]).toEqual([createdAt, Number.MAX_SAFE_INTEGER]);
    } finally {
      await dataSource.destroy();
    }
  });
});

it('a MySQL database that is not utf8mb4 stops the boot with the command that mends it', async () => {
  const storage = await shared.open();
  try {
    const config = loadDatabaseConfig(storage.env);
    const connection = await createConnection(storage.env.DATABASE_URL!);
    await connection.query('ALTER DATABASE CHARACTER SET latin1');
    await connection.end();
    const fault = await openDatabase(config, schema).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(ConfigError);
    expect((fault as ConfigError).message).toMatch(/latin1.*ALTER DATABASE \w+ CHARACTER SET utf8mb4/s);
  } finally {
    await storage.close();
  }
});
