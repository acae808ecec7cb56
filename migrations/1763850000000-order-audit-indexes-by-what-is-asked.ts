import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const before = [
  new TableIndex({ name: 'audit_log_event', columnNames: ['event', 'id', 'blocked'] }),
  new TableIndex({ name: 'audit_log_address', columnNames: ['address', 'id', 'event', 'blocked'] }),
  new TableIndex({ name: 'audit_log_blocked', columnNames: ['blocked', 'id', 'event'] }),
];

const after = [
  new TableIndex({ name: 'audit_log_event', columnNames: ['event', 'blocked', 'id'] }),
  new TableIndex({ name: 'audit_log_address', columnNames: ['address', 'blocked', 'id'] }),
  new TableIndex({ name: 'audit_log_address_event', columnNames: ['address', 'event', 'blocked', 'id'] }),
  new TableIndex({ name: 'audit_log_blocked', columnNames: ['blocked', 'id'] }),
];

/** What is asked for comes before the order of time: a page need not look through all that a busy address did. */
export class OrderAuditIndexesByWhatIsAsked1763850000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.dropIndices('audit_log', before);
    await runner.createIndices('audit_log', after);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndices('audit_log', after);
    await runner.createIndices('audit_log', before);
  }
}
