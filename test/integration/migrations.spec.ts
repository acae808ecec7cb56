import { createConnection } from 'mysql2/promise';
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
