import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { recordAct } from './audit/record-act.js';
import type { Config } from './platform/config/config.js';
import { ConfigError } from './platform/config/config-error.js';
import { environment } from './platform/config/environment.js';
import { explainFailedStart } from './platform/config/explain-failed-start.js';
import { loadConfig } from './platform/config/load-config.js';
import { openSealer } from './platform/crypto/open-sealer.js';
import { reseal, type ResealReport } from './platform/crypto/reseal.js';
import type { Sealer } from './platform/crypto/sealer.js';
import { openDatabase } from './platform/database/migrate.js';
import { schema } from './schema.js';
import { sealedColumns } from './sealed-columns.js';
import { openSigningKeyRows, type SigningKeyRows } from './session/signing-key-rows.js';
import { emergencyOverlapMs, overlapMs, stateOf } from './session/signing-key-schedule.js';

const usage = `usage: keys rotate [--now]   makes the next signing key; verifiers see it ${overlapMs / 60_000} minutes before it signs,
                           with --now ${emergencyOverlapMs / 1000} seconds
       keys list             every signing key and its state
       keys remove <kid>     takes a leaked key that no longer signs away at once, with the tokens it signed
       keys reseal           seals every sealed column with the first of ENCRYPTION_KEYS`;

const [command, ...parameters] = process.argv.slice(2);
Logger.overrideLogger(['error', 'warn']);

try {
  process.exitCode = await run();
} catch (error) {
  process.exitCode = explainFailedStart(error);
}

/** The exit code. */
async function run(): Promise<number> {
  const [parameter] = parameters;
  if (command === 'rotate' && (parameters.length === 0 || (parameters.length === 1 && parameter === '--now')))
    return withKeys((keys) => rotate(keys, parameter ? emergencyOverlapMs : overlapMs));
  if (command === 'list' && parameters.length === 0) return withKeys(list);
  if (command === 'remove' && parameter && parameters.length === 1)
    return withKeys((keys) => remove(keys, parameter));
  if (command === 'reseal' && parameters.length === 0) return withDatabase(resealAll);
  console.error(usage);
  return 64;
}

async function withDatabase(
  work: (dataSource: DataSource, sealer: Sealer, config: Config) => Promise<number>,
) {
  const config = loadConfig(environment());
  const dataSource = await openDatabase(config.database, schema);
  try {
    return await work(dataSource, openSealer(config), config);
  } finally {
    await dataSource.destroy();
  }
}

interface Keys {
  rows: SigningKeyRows;
  config: Config;
  dataSource: DataSource;
}

function withKeys(work: (keys: Keys) => Promise<number>): Promise<number> {
  return withDatabase((dataSource, sealer, config) => {
    requireKeysInDatabase(config);
    return work({ rows: openSigningKeyRows(dataSource, sealer), config, dataSource });
  });
}

function requireKeysInDatabase({ jwt }: Config): void {
  if (!jwt.keysFile) return;
  throw new ConfigError([
    {
      variable: 'SIGNING_KEYS_FILE',
      problem:
        'holds the signing keys: add the next one at its end, and move it to the front once all verifiers know it',
      example: '{"keys": [<current>, <next>]}',
    },
  ]);
}

async function rotate({ rows, config, dataSource }: Keys, overlap: number): Promise<number> {
  const { algorithm: wanted } = config.jwt;
  const { kid, sequence, algorithm, signsFrom } = await rows.rotate(wanted, Date.now() + overlap);
  await recordAct(dataSource, { event: 'signing_key_rotated', outcome: 'success', reason: kid });
  console.log(`key ${sequence} (${algorithm}) ${kid} signs from ${iso(signsFrom)}`);
  return 0;
}

async function list({ rows }: Keys): Promise<number> {
  const keys = await loadCandidates(rows);
  const now = Date.now();
  for (const key of keys) {
    const { kid, sequence, algorithm, signsFrom, createdAt } = key;
    const since = iso(Math.max(signsFrom, createdAt));
    console.log(
      `${kid}  ${sequence}  ${algorithm}  ${stateOf(key, keys, now).padEnd(9)}  signs from ${since}`,
    );
  }
  return 0;
}

/** The keys, and whether the service, with the same ENCRYPTION_KEYS, can sign with them. */
async function loadCandidates(rows: SigningKeyRows) {
  const keys = await rows.load();
  return keys.map((row) => ({ ...row, canSign: rows.tryToOpen(row) !== undefined }));
}

async function remove({ rows, dataSource }: Keys, kid: string): Promise<number> {
  await rows.requireOneOpens();
  const keys = await loadCandidates(rows);
  const key = keys.find((one) => one.kid === kid);
  if (!key) console.error(`there is no key ${kid}`);
  else if (stateOf(key, keys, Date.now()) === 'current')
    console.error(`key ${kid} signs: run keys rotate --now, and remove it once the next one signs`);
  else {
    await rows.remove([kid]);
    await recordAct(dataSource, { event: 'signing_key_removed', outcome: 'success', reason: kid });
    console.log(`key ${kid} is removed`);
    return 0;
  }
  return 1;
}

async function resealAll(dataSource: DataSource, sealer: Sealer): Promise<number> {
  const reports: ResealReport[] = [];
  for (const column of sealedColumns) reports.push(await reseal(dataSource, sealer, column));
  for (const { column, resealed, current, unopened } of reports) {
    console.log(
      `${String(column)}: ${resealed} resealed, ${current} were already, ${unopened.length} cannot be opened`,
    );
    for (const { id, reason } of unopened) console.error(`  ${column.table} ${id}: ${reason}`);
  }
  const isDone = reports.every(({ unopened }) => unopened.length === 0);
  const outcome = isDone ? 'success' : 'failure';
  await recordAct(dataSource, { event: 'columns_resealed', outcome, reason: sealer.currentKeyId });
  return isDone ? 0 : 1;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
