import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { columnsFor } from './columns.js';

const nullable = { isNullable: true };
const primary = { isPrimary: true };

export class AddAuditBlocksAndKeyTimes1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, exact, text, time, flag } = columnsFor(runner);

    await runner.createTable(
      new Table({
        name: 'audit_log',
        columns: [
          id('id', primary),
          time('at'),
          exact('event', 64),
          id('user_id', nullable),
          text('username', 32, nullable),
          exact('address', 64, nullable),
          text('user_agent', 512, nullable),
          exact('app_id', 64, nullable),
          exact('outcome', 16),
          flag('blocked'),
          exact('reason', 64, nullable),
          exact('trace_id', 32, nullable),
        ],
        indices: [
          new TableIndex({
            name: 'audit_log_user',
            columnNames: ['user_id', 'id', 'address', 'event', 'blocked'],
          }),
          new TableIndex({ name: 'audit_log_event', columnNames: ['event', 'id', 'blocked'] }),
          new TableIndex({ name: 'audit_log_address', columnNames: ['address', 'id', 'event', 'blocked'] }),
          new TableIndex({ name: 'audit_log_blocked', columnNames: ['blocked', 'id', 'event'] }),
        ],
      }),
    );

    await runner.createTable(
      new Table({
        name: 'blocks',
        columns: [
          id('id', primary),
          exact('kind', 16),
          exact('value', 64),
          text('reason', 255),
          time('created_at'),
          time('expires_at', nullable),
        ],
        indices: [
          new TableIndex({ name: 'blocks_value', columnNames: ['kind', 'value'], isUnique: true }),
          new TableIndex({ name: 'blocks_expiry', columnNames: ['expires_at'] }),
        ],
      }),
    );

    await runner.createTable(
      new Table({
        name: 'nonces',
        columns: [exact('hash', 43, primary), time('expires_at')],
        indices: [new TableIndex({ name: 'nonces_expiry', columnNames: ['expires_at'] })],
      }),
    );

    await runner.addColumn('signing_keys', time('signs_from', { default: 0 }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('signing_keys', 'signs_from');
    for (const table of ['nonces', 'blocks', 'audit_log']) await runner.dropTable(table);
  }
}
