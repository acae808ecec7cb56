import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const index = new TableIndex({ name: 'users_role', columnNames: ['role', 'status', 'id'] });

export class IndexAdministrators1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex('users', index);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('users', index);
  }
}
