import type { DataSource } from 'typeorm';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import type { Engine, Statement } from '../../src/platform/database/statement.js';
import { schema } from '../../src/schema.js';
import { UserListStatements, type UserFilter } from '../../src/users/user-list-statements.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { embedded, shared, type Backend, type OpenBackend } from '../support/backends.js';

const count = 3000;
const idOf = (i: number) => `0199c3a4-0000-7000-8000-${String(i).padStart(12, '0')}`;
const limit = 51;

/** What a list of users is asked by, and the indexes that find them; the first page and a later one. */
const lists: Record<
  string,
  { indexes: string[]; pages: ((s: UserListStatements, f: UserFilter) => Statement)[] }
> = {
  'nothing further': {
    indexes: ['users_role'],
    pages: [(s, f) => s.all(f, undefined, limit), (s, f) => s.all(f, idOf(1500), limit)],
  },
  'an e-mail': {
    indexes: ['users_email'],
    pages: [
      (s, f) => s.byEmail('A7@example.com', f, undefined, limit),
      (s, f) => s.byEmail('A7@example.com', f, idOf(1500), limit),
    ],
  },
  'a beginning of names': {
    indexes: ['users_username', 'users_nickname'],
    pages: [
      (s, f) => s.byName('a', f, undefined, limit),
      (s, f) => s.byName('a', f, { name: 'Ab1500', id: idOf(1500) }, limit),
    ],
  },
};

const filters: UserFilter[] = [
  {},
  { role: 'auditor' },
  { status: 'locked' },
  { role: 'user', status: 'active' },
  { role: 'admin', status: 'locked' },
];

const cases = Object.entries(lists).flatMap(([name, { indexes, pages }]) =>
  filters.flatMap((filter) => pages.map((ask, page) => ({ name, filter, page: page + 1, indexes, ask }))),
);

async function open(backend: Backend): Promise<{ storage: OpenBackend; dataSource: DataSource }> {
  const storage = await backend.open();
  const dataSource = await openDatabase(loadDatabaseConfig(storage.env), schema);
  const users = Array.from({ length: count }, (_, i) => ({
    id: idOf(i),
    role: i % 100 === 0 ? ('admin' as const) : ('user' as const),
    status: i % 50 === 0 ? ('locked' as const) : ('active' as const),
    username: i % 3 === 0 ? `ab${i}` : null,
    nickname: i % 2 === 0 ? `Ac${i}` : null,
    email: `a${i % 10}@example.com`,
    createdAt: 1,
    lastLoginAt: 1,
  }));
  for (let i = 0; i < users.length; i += 500)
    await dataSource.manager.insert(UserEntity, users.slice(i, i + 500));
  return { storage, dataSource };
}

const statementsFor = (engine: Engine) => new UserListStatements(engine, 'u.*');

interface Step {
  table: string;
  type: string;
  key: string;
  Extra: string;
}

describe('MySQL lists users', () => {
  let storage: OpenBackend;
  let dataSource: DataSource;
  beforeAll(async () => {
    ({ storage, dataSource } = await open(shared));
    for (const table of ['users', 'sessions', 'wechat_identities', 'wechat_unions', 'login_counts'])
      await dataSource.query(`ANALYZE TABLE ${table}`);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await storage?.close();
  });

  const explain = ({ sql, parameters }: Statement) => dataSource.query<Step[]>(`EXPLAIN ${sql}`, parameters);

  it.each(cases)(
    'from indexes that have their order: $name, $filter, page $page',
    async ({ filter, indexes, ask }) => {
      const plan = await explain(ask(statementsFor('mysql'), filter));
      const finds = plan.filter(({ table }) => table === 'f');
      expect([...new Set(finds.map(({ key }) => key))].sort()).toEqual([...indexes].sort());
      for (const find of finds) {
        expect(find.type).toMatch(/^(range|ref)$/);
        expect(find.Extra).toMatch(/Using index(?! condition)/);
        expect(find.Extra).not.toMatch(/filesort|temporary/i);
      }
      expect(plan.find(({ table }) => table === 'u')).toMatchObject({ type: 'eq_ref', key: 'PRIMARY' });
    },
  );

  it('of few ids by the primary key', async () => {
    const plan = await explain(statementsFor('mysql').byIds([idOf(1), idOf(2)], {}, undefined, limit));
    expect(plan).toEqual([expect.objectContaining({ type: 'range', key: 'PRIMARY' })]);
    expect(plan[0]!.Extra).not.toMatch(/filesort|temporary/i);
  });

  it.each([
    ["SELECT user_id FROM wechat_identities WHERE openid = 'o'", 'wechat_identities_person'],
    ['SELECT COUNT(*) FROM sessions WHERE expires_at > 1 AND ended_at IS NULL', 'sessions_expiry'],
    [
      "SELECT status, COUNT(*) FROM users WHERE status IN ('active', 'locked') GROUP BY status",
      'users_status',
    ],
  ])('and counts from an index: %s', async (sql, key) => {
    const [step] = await explain({ sql, parameters: [] });
    expect(step).toMatchObject({ key });
  });
});

describe('SQLite lists users', () => {
  let storage: OpenBackend;
  let dataSource: DataSource;
  beforeAll(async () => {
    ({ storage, dataSource } = await open(embedded));
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await storage?.close();
  });

  const explain = ({ sql, parameters }: Statement) =>
    dataSource.query<{ parent: number; detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);

  it.each(cases)(
    'from indexes that have their order: $name, $filter, page $page',
    async ({ filter, indexes, ask }) => {
      const plan = await explain(ask(statementsFor('sqlite'), filter));
      const finds = plan.filter(({ detail }) => /^\w+ f\b/.test(detail));
      const used = finds.map(
        ({ detail }) => /^SEARCH f USING COVERING INDEX (\w+) \(.*[<>]\?/.exec(detail)?.[1],
      );
      expect([...new Set(used)].sort()).toEqual([...indexes].sort());
      // Branches are sorted together, no longer than a page each; none of them sorts what it has found.
      const branches = new Set(finds.map(({ parent }) => parent));
      const within = plan.filter(({ parent }) => branches.has(parent)).map(({ detail }) => detail);
      expect(within.filter((detail) => /TEMP B-TREE/.test(detail))).toEqual([]);
      const details = plan.map(({ detail }) => detail);
      const scans = details.filter((detail) => detail.startsWith('SCAN'));
      expect(scans.filter((scan) => !/^SCAN (page|branch|\(subquery-\d+\))$/.test(scan))).toEqual([]);
    },
  );

  it('of few ids by the primary key', async () => {
    const plan = await explain(statementsFor('sqlite').byIds([idOf(1), idOf(2)], {}, undefined, limit));
    const details = plan.map(({ detail }) => detail);
    expect(details.filter((detail) => /^(SCAN|USE TEMP)/.test(detail))).toEqual([]);
    expect(details[0]).toMatch(/^SEARCH u USING INDEX sqlite_autoindex_users_1 \(id/);
  });

  it.each([
    ["SELECT user_id FROM wechat_identities WHERE openid = 'o'", 'wechat_identities_person'],
    ['SELECT COUNT(*) FROM sessions WHERE expires_at > 1 AND ended_at IS NULL', 'sessions_expiry'],
    [
      "SELECT status, COUNT(*) FROM users WHERE status IN ('active', 'locked') GROUP BY status",
      'users_status',
    ],
  ])('and counts from an index: %s', async (sql, key) => {
    const [step] = await explain({ sql, parameters: [] });
    expect(step!.detail).toMatch(new RegExp(`^SEARCH \\w+ USING .*INDEX ${key}`));
  });
});
