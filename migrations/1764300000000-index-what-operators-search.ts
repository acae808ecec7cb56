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

/** Names and addresses of mail are found whatever their case; MySQL's own collations of text do not tell cases apart. */
export class IndexWhatOperatorsSearch1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const anyCase = runner.connection.options.type === 'better-sqlite3' ? ' COLLATE NOCASE' : '';
    await runner.query(`CREATE INDEX users_username ON users (role, status, username${anyCase}, id)`);
    await runner.query(
      `CREATE INDEX users_nickname ON users (role, status, nickname${anyCase}, id, username)`,
    );
    await runner.query(`CREATE INDEX users_email ON users (email${anyCase}, role, status, id)`);
    // The new one comes first: at no moment may a person be there twice.
    await runner.createIndex('wechat_identities', people.after);
    await runner.dropIndex('wechat_identities', people.before);
    await reindexSessions(runner, expiry.after);
  }

  async down(runner: QueryRunner): Promise<void> {
    await reindexSessions(runner, expiry.before);
    await runner.createIndex('wechat_identities', people.before);
    await runner.dropIndex('wechat_identities', people.after);
    for (const index of ['users_email', 'users_nickname', 'users_username'])
      await runner.dropIndex('users', index);
  }
}

async function reindexSessions(runner: QueryRunner, columnNames: string[]): Promise<void> {
  await runner.dropIndex('sessions', expiry.name);
  await runner.createIndex('sessions', new TableIndex({ name: expiry.name, columnNames }));
}
