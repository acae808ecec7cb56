import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const people = {
  before: new TableIndex({
    name: 'wechat_identities_openid',
    columnNames: ['app_id', 'openid'],
    isUnique: true,
  }),
  after: new TableIndex({
    name: 'wechat_identities_person',
    columnNames: ['openid', 'app_id'],
    isUnique: true,
  }),
};

const expiry = { name: 'sessions_expiry', before: ['expires_at'], after: ['expires_at', 'ended_at'] };

const searched = [
  { name: 'users_username', columnNames: ['role', 'status', 'username', 'id'], text: 'username' },
  { name: 'users_nickname', columnNames: ['role', 'status', 'nickname', 'id', 'username'], text: 'nickname' },
  { name: 'users_email', columnNames: ['email', 'role', 'status', 'id'], text: 'email' },
];

export class IndexWhatOperatorsSearch1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const index of searched) await indexAnyCase(runner, index);
    // The new one comes first: at no moment may a person be there twice.
    await runner.createIndex('wechat_identities', people.after);
    await runner.dropIndex('wechat_identities', people.before);
    await reindexSessions(runner, expiry.after);
  }

  async down(runner: QueryRunner): Promise<void> {
    await reindexSessions(runner, expiry.before);
    await runner.createIndex('wechat_identities', people.before);
    await runner.dropIndex('wechat_identities', people.after);
    for (const { name } of searched.toReversed()) await runner.dropIndex('users', name);
  }
}

/** Names and addresses of mail are found whatever their case; MySQL's own collations of text do not tell cases apart. */
async function indexAnyCase(runner: QueryRunner, { name, columnNames, text }: (typeof searched)[number]) {
  if (runner.connection.options.type !== 'better-sqlite3')
    return runner.createIndex('users', new TableIndex({ name, columnNames }));
  const columns = columnNames.map((column) => (column === text ? `${column} COLLATE NOCASE` : column));
  await runner.query(`CREATE INDEX ${name} ON users (${columns.join(', ')})`);
}

async function reindexSessions(runner: QueryRunner, columnNames: string[]): Promise<void> {
  await runner.dropIndex('sessions', expiry.name);
  await runner.createIndex('sessions', new TableIndex({ name: expiry.name, columnNames }));
}
