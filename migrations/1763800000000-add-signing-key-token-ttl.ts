import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnsFor } from './columns.js';

/** What the keys at hand have signed is not known: longer than any sensible ACCESS_TOKEN_TTL. */
const dayMs = 86_400_000;

export class AddSigningKeyTokenTtl1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('signing_keys', columnsFor(runner).time('token_ttl_ms', { default: dayMs }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('signing_keys', 'token_ttl_ms');
  }
}
