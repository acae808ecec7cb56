import { Table, TableForeignKey, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { columnsFor } from './columns.js';

export class CreateUserPasswords1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, exact, time } = columnsFor(runner);

    await runner.createTable(
      new Table({
        name: 'user_passwords',
        columns: [
          id('user_id', { isPrimary: true }),
          exact('username_key', 64),
          exact('hash', 255),
          time('changed_at'),
        ],
        indices: [
          new TableIndex({
            name: 'user_passwords_username',
            columnNames: ['username_key'],
            isUnique: true,
          }),
        ],
        foreignKeys: [
          new TableForeignKey({
            name: 'user_passwords_of_user',
            columnNames: ['user_id'],
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
    await runner.dropTable('user_passwords');
  }
}
