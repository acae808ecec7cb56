import { Table, TableForeignKey, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { columnsFor } from './columns.js';

const nullable = { isNullable: true };
const primary = { isPrimary: true };

export class AddProfilesMergesAndSessionKeys1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, exact, longText, time } = columnsFor(runner);

    await runner.addColumns('users', [
      longText('phone_sealed', nullable),
      exact('chosen', 128, { default: "''" }),
      id('merged_into', nullable),
    ]);

    await runner.addColumns('wechat_identities', [
      exact('unionid_status', 16, { default: "'app_not_bound'" }),
      longText('session_keys_sealed', nullable),
    ]);
    await runner.query("UPDATE wechat_identities SET unionid_status = 'present' WHERE unionid IS NOT NULL");

    await runner.addColumn('sessions', time('authenticated_at', { default: 0 }));
    await runner.query('UPDATE sessions SET authenticated_at = created_at');

    await runner.createTable(
      new Table({
        name: 'user_merges',
        columns: [
          id('id', primary),
          id('survivor_id'),
          id('merged_id'),
          exact('app_id', 64, nullable),
          time('merged_at'),
          time('undone_at', nullable),
          longText('before_sealed', nullable),
        ],
        indices: [
          new TableIndex({ name: 'user_merges_survivor', columnNames: ['survivor_id'] }),
          new TableIndex({ name: 'user_merges_merged', columnNames: ['merged_id'] }),
          new TableIndex({ name: 'user_merges_time', columnNames: ['merged_at'] }),
        ],
        foreignKeys: [
          new TableForeignKey({
            name: 'user_merges_of_survivor',
            columnNames: ['survivor_id'],
            referencedTableName: 'users',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
            onUpdate: 'NO ACTION',
          }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('user_merges');
    await runner.dropColumn('sessions', 'authenticated_at');
    await runner.dropColumns('wechat_identities', ['session_keys_sealed', 'unionid_status']);
    await runner.dropColumns('users', ['merged_into', 'chosen', 'phone_sealed']);
  }
}
