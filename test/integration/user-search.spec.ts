import { createConnection } from 'mysql2/promise';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { UserSearch, type UserListRequest } from '../../src/users/user-search.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';
import { WechatUnionEntity } from '../../src/users/wechat-union.entity.js';
import { backends, shared } from '../support/backends.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';

const idOf = (n: number) => `0199c3a4-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** By number, which is the order in which they came. */
const people: Record<number, Partial<UserEntity>> = {
  1: { username: 'Alice', nickname: 'Alice in Wonderland', email: 'Alice@Example.com' },
  2: { username: 'alina', nickname: '阿里😀', role: 'admin' },
  3: { nickname: 'ALIBABA', status: 'locked' },
  4: { username: 'bob', nickname: 'ali', email: 'alice@example.com', role: 'auditor' },
  5: { username: 'zoe_a%b', nickname: '100% sure_' },
  6: { nickname: '100 and more' },
  7: { username: 'alias', nickname: 'alibi', status: 'merged', mergedInto: idOf(1) },
  8: { status: 'erased' },
  9: { nickname: 'back\\slash!' },
  10: { nickname: 'backXslash' },
  11: { nickname: 'unionid-4' },
  12: { nickname: 'bo@home' },
};

describe.each(backends)('looking for users on $name', (backend) => {
  let storage: OpenStorage;
  let search: UserSearch;
  beforeAll(async () => {
    storage = await openStorage(backend, 1);
    const { dataSource } = storage.replicas[0]!;
    const { manager } = dataSource;
    search = new UserSearch(dataSource);
    for (const [n, fields] of Object.entries(people)) {
      const standing = { role: 'user', status: 'active', createdAt: 1, lastLoginAt: 1 } as const;
      await manager.insert(UserEntity, { id: idOf(Number(n)), ...standing, ...fields });
    }
    for (const n of [3, 4]) {
      const identity = { userId: idOf(n), kind: 'mini-program', appId: 'wx1', linkedAt: 1 };
      const [openid, unionid] = [`oPeN-${n}`, `unionid-${n}`];
      await manager.insert(WechatIdentityEntity, { ...identity, id: idOf(100 + n), openid, unionid });
      await manager.insert(WechatUnionEntity, { unionid, userId: idOf(n) });
    }
  });
  afterAll(() => storage?.close());

  const pageOf = async (request: Partial<UserListRequest>) => {
    const { items, nextCursor } = await search.list({ limit: 50, ...request });
    return { found: items.map(({ id }) => Number(id.slice(-12))), nextCursor };
  };
  const found = async (q: string, request: Partial<UserListRequest> = {}) =>
    (await pageOf({ q, ...request })).found;

  it('without a word gives all who are somebody, newest first', async () => {
    expect(await pageOf({})).toEqual({ found: [12, 11, 10, 9, 6, 5, 4, 3, 2, 1], nextCursor: null });
    expect(await found(' ')).toHaveLength(10);
    expect((await pageOf({ role: 'auditor' })).found).toEqual([4]);
    expect((await pageOf({ status: 'locked' })).found).toEqual([3]);
    expect((await pageOf({ role: 'admin', status: 'locked' })).found).toEqual([]);
  });

  it('finds who has exactly that id, openid or unionid, and does not take another case for it', async () => {
    expect(await found(idOf(2))).toEqual([2]);
    expect(await found(idOf(2).toUpperCase())).toEqual([2]);
    expect(await found(' oPeN-3 ')).toEqual([3]);
    expect(await found('open-3')).toEqual([]);
    expect(await found('unionid-3')).toEqual([3]);
    expect(await found('unionid-4')).toEqual([4]);
    expect(await found('oPeN-3', { status: 'active' })).toEqual([]);
    expect(await found('oPeN-3', { role: 'user', status: 'locked' })).toEqual([3]);
  });

  it('finds nobody by the id of a user who was erased or became another', async () => {
    expect(await found(idOf(7))).toEqual([]);
    expect(await found(idOf(8))).toEqual([]);
    expect(await found('alias')).toEqual([]);
  });

  it('finds an e-mail in whatever case, and by its beginning nobody', async () => {
    expect(await found('ALICE@example.COM')).toEqual([4, 1]);
    expect(await found('alice@example.com', { role: 'auditor' })).toEqual([4]);
    expect(await found('alice@example.co')).toEqual([]);
  });

  it('finds names by their beginning in whatever case, in the order of names, everybody once', async () => {
    expect(await found('ali')).toEqual([4, 3, 1, 2]);
    expect(await found('ALI')).toEqual([4, 3, 1, 2]);
    expect(await found('ali', { role: 'user' })).toEqual([3, 1]);
    expect(await found('ali', { status: 'active' })).toEqual([4, 1, 2]);
    expect(await found('阿里')).toEqual([2]);
    expect(await found('阿里😀')).toEqual([2]);
    expect(await found('bo@')).toEqual([12]);
    expect(await found('wonderland')).toEqual([]);
  });

  it('takes %, _, ! and backslashes for what they are', async () => {
    expect(await found('100%')).toEqual([5]);
    expect(await found('zoe_')).toEqual([5]);
    expect(await found('zoe_a_')).toEqual([]);
    expect(await found('%')).toEqual([]);
    expect(await found('_')).toEqual([]);
    expect(await found('back\\')).toEqual([9]);
    expect(await found('back\\slash!')).toEqual([9]);
    expect(await found('back_')).toEqual([]);
  });

  it.each([
    ['SQL', "' OR 1=1 --"],
    ['a zero', '\0'],
    ['a zero behind a name', 'ali\0'],
    ['a very long name', 'x'.repeat(10_000)],
    ['a very long e-mail', `${'x'.repeat(10_000)}@x`],
    ['as many emoji as a name may have', '😀'.repeat(64)],
    ['the last character', '\u{10FFFF}'],
    ['JSON', '{"$ne":null}'],
  ])('finds nobody by %s, and is not harmed', async (_, q) => {
    expect(await pageOf({ q })).toEqual({ found: [], nextCursor: null });
  });

  it.each([undefined, 'ali', 'alice@example.com', idOf(2)])(
    'gives page after page of %j what one page gives',
    async (q) => {
      const whole = await pageOf({ q });
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const { found: some, nextCursor } = await pageOf({ q, limit: 1, cursor });
        expect(some).toHaveLength(1);
        seen.push(...some);
        cursor = nextCursor ?? undefined;
      } while (cursor);
      expect(seen).toEqual(whole.found);
    },
  );

  it('goes on from names that are equal, and from somebody who is gone meanwhile', async () => {
    const { manager } = storage.replicas[0]!.dataSource;
    const twins = [50, 51, 52, 53].map((n) => ({
      id: idOf(n),
      role: n % 2 === 0 ? ('user' as const) : ('admin' as const),
      status: 'active' as const,
      nickname: n < 52 ? 'Twin' : 'tWIN',
      createdAt: 1,
      lastLoginAt: 1,
    }));
    await manager.insert(UserEntity, twins);
    try {
      expect(await found('twin')).toEqual([50, 51, 52, 53]);
      const first = await pageOf({ q: 'twin', limit: 2 });
      await manager.update(UserEntity, { id: idOf(51) }, { status: 'erased', nickname: null });
      const second = await pageOf({ q: 'twin', limit: 2, cursor: first.nextCursor! });
      expect([first.found, second]).toEqual([[50, 51], { found: [52, 53], nextCursor: null }]);
    } finally {
      await manager.delete(
        UserEntity,
        twins.map(({ id }) => id),
      );
    }
  });

  it.each([
    ['x', undefined],
    ['x', 'ali'],
    ['A'.repeat(64), undefined],
    ['A'.repeat(64), 'ali'],
  ])('refuses the cursor %s with %s, which is none of ours', async (cursor, q) => {
    await expect(pageOf({ q, cursor })).rejects.toMatchObject({ error: 'invalid_request' });
  });
});

it.each(['utf8mb4_general_ci', 'utf8mb4_unicode_520_ci'])(
  'names are found by their beginning in a database of collation %s, emoji and all',
  async (collation) => {
    const opened = await shared.open();
    const connection = await createConnection(opened.env.DATABASE_URL!);
    await connection.query(`ALTER DATABASE COLLATE ${collation}`);
    await connection.end();
    const dataSource = await openDatabase(loadDatabaseConfig(opened.env), schema);
    try {
      const names = ['阿里', '阿里😀', '阿里巴巴', 'ALI', 'ali😀', 'alice', 'alk'];
      for (const [n, nickname] of names.entries()) {
        const standing = { role: 'user', status: 'active', createdAt: 1, lastLoginAt: 1 } as const;
        await dataSource.manager.insert(UserEntity, { id: idOf(n), nickname, ...standing });
      }
      const found = async (q: string) => {
        const { items } = await new UserSearch(dataSource).list({ q, limit: 50 });
        return items.map(({ nickname }) => nickname!).sort();
      };
      expect(await found('阿里')).toEqual(['阿里', '阿里巴巴', '阿里😀'].sort());
      expect(await found('ali')).toEqual(['ALI', 'alice', 'ali😀'].sort());
    } finally {
      await dataSource.destroy();
      await opened.close();
    }
  },
);
