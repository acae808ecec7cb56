import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const indexes = {
  sessions: new TableIndex({ name: 'sessions_expiry', columnNames: ['expires_at'] }),
  users: new TableIndex({ name: 'users_status', columnNames: ['status'] }),
};

export class AddRetentionIndexes1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, index] of Object.entries(indexes)) await runner.createIndex(table, index);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, index] of Object.entries(indexes)) await runner.dropIndex(table, index);
  }
}
