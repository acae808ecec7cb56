import { Table, TableForeignKey, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { columnsFor } from './columns.js';

const nullable = { isNullable: true };
const primary = { isPrimary: true };

export class CreateUsersAndSessions1763600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, exact, text, longText, integer, time } = columnsFor(runner);

    await runner.createTable(
      new Table({
        name: 'users',
        columns: [
          id('id', primary),
          exact('role', 16),
          exact('status', 16),
          text('username', 32, nullable),
          text('nickname', 64, nullable),
          text('avatar_url', 512, nullable),
          text('email', 254, nullable),
          text('phone_masked', 32, nullable),
          text('gender', 16, nullable),
          text('country', 64, nullable),
          text('province', 64, nullable),
          text('city', 64, nullable),
          text('language', 16, nullable),
          time('created_at'),
          time('last_login_at'),
        ],
      }),
    );

    await runner.createTable(
      new Table({
        name: 'wechat_identities',
        columns: [
          id('id', primary),
          id('user_id'),
          exact('kind', 32),
          exact('app_id', 64),
          exact('openid', 64),
          exact('unionid', 64, nullable),
          time('linked_at'),
        ],
        indices: [
          new TableIndex({
            name: 'wechat_identities_openid',
            columnNames: ['app_id', 'openid'],
            isUnique: true,
          }),
          new TableIndex({
            name: 'wechat_identities_unionid',
            columnNames: ['app_id', 'unionid'],
            isUnique: true,
          }),
          new TableIndex({ name: 'wechat_identities_user', columnNames: ['user_id'] }),
        ],
        foreignKeys: [ofUser('wechat_identities_of_user')],
      }),
    );

    await runner.createTable(
      new Table({
        name: 'wechat_unions',
        columns: [exact('unionid', 64, primary), id('user_id')],
        indices: [new TableIndex({ name: 'wechat_unions_user', columnNames: ['user_id'] })],
        foreignKeys: [ofUser('wechat_unions_of_user')],
      }),
    );

    await runner.createTable(
      new Table({
        name: 'sessions',
        columns: [
          id('id', primary),
          id('user_id'),
          exact('role', 16),
          exact('client_id', 64),
          exact('via', 32),
          exact('device_id', 128, nullable),
          exact('device_type', 16),
          text('device_name', 128, nullable),
          exact('address', 64),
          text('user_agent', 512, nullable),
          exact('family_hash', 43),
          exact('refresh_hash', 43),
          exact('previous_hash', 43, nullable),
          exact('rotation_salt', 43, nullable),
          time('rotated_at'),
          time('created_at'),
          time('last_seen_at'),
          time('expires_at'),
          time('max_expires_at'),
          time('ended_at', nullable),
          exact('end_reason', 32, nullable),
        ],
        indices: [new TableIndex({ name: 'sessions_user', columnNames: ['user_id', 'ended_at'] })],
        foreignKeys: [ofUser('sessions_of_user')],
      }),
    );

    await runner.createTable(
      new Table({
        name: 'signing_keys',
        columns: [
          exact('kid', 64, primary),
          integer('sequence'),
          exact('algorithm', 16),
          longText('public_jwk'),
          longText('private_sealed'),
          time('created_at'),
        ],
        indices: [
          new TableIndex({ name: 'signing_keys_sequence', columnNames: ['sequence'], isUnique: true }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['signing_keys', 'sessions', 'wechat_unions', 'wechat_identities', 'users']) {
      await runner.dropTable(table);
    }
  }
}

/** Rows of a person go with the person. */
function ofUser(name: string): TableForeignKey {
  return new TableForeignKey({
    name,
    columnNames: ['user_id'],
    referencedTableName: 'users',
    referencedColumnNames: ['id'],
    onDelete: 'CASCADE',
    onUpdate: 'NO ACTION',
  });
}
