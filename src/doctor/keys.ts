import { existsSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { ConfigError } from '../platform/config/config-error.js';
import type { Config } from '../platform/config/config.js';
import { developmentKeyFile, openSealer } from '../platform/crypto/open-sealer.js';
import type { SealedColumn } from '../platform/crypto/sealed-column.js';
import { UnsealError, type Sealer } from '../platform/crypto/sealer.js';
import { openSigningKeyRows } from '../session/signing-key-rows.js';
import { SigningKeysFile } from '../session/signing-keys-file.js';
import { found } from './conditions.js';
import { good, skipped, type Finding } from './finding.js';
import { modeOpenToAll } from './host.js';

/** Of each sealed column as many of the first rows and of the last. */
const sampleSize = 100;

/** Whether ENCRYPTION_KEYS open what is sealed. */
export async function examineSealedColumns(
  dataSource: DataSource,
  config: Config,
  columns: SealedColumn[],
): Promise<Finding[]> {
  const sealer = existingSealer(config);
  return sealer ? examineSealed(dataSource, sealer, columns) : [sealedUnknown];
}

/** Whether the service can sign with the keys in the database. */
export async function examineSigningKeys(dataSource: DataSource, config: Config): Promise<Finding[]> {
  if (config.jwt.keysFile !== undefined) return [];
  const sealer = existingSealer(config);
  if (!sealer) return [signingUnknown];
  const rows = openSigningKeyRows(dataSource, sealer);
  const keys = await rows.load();
  return [signingFinding(keys.length, keys.filter((row) => rows.tryToOpen(row) !== undefined).length)];
}

/** What the service publishes; undefined where its keys are not in the database. */
export async function signingKids(dataSource: DataSource, config: Config): Promise<string[] | undefined> {
  const sealer = existingSealer(config);
  if (!sealer || config.jwt.keysFile !== undefined) return undefined;
  return (await openSigningKeyRows(dataSource, sealer).load()).map(({ kid }) => kid);
}

/** The service makes a development key where it finds none; the doctor does not. */
function existingSealer(config: Config): Sealer | undefined {
  const isThere = config.encryptionKeys.length > 0 || existsSync(developmentKeyFile);
  return isThere ? openSealer(config) : undefined;
}

/** SIGNING_KEYS_FILE, where it is set: its form, its keys, its rights. */
export async function examineKeysFile({ jwt: { keysFile: file } }: Config): Promise<Finding[]> {
  if (file === undefined) return [];
  try {
    const keys = await new SigningKeysFile(file).load();
    const mode = await modeOpenToAll(file);
    if (mode) return [found('signing-keys-file-open', { file, mode })];
    return [
      good('signing-keys-file', {
        zh: `SIGNING_KEYS_FILE 有 ${keys.length} 个可用的密钥`,
        en: `SIGNING_KEYS_FILE has ${keys.length} usable keys`,
      }),
    ];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ problem }) => explainFileFault(problem));
  }
}

/** What the service publishes of SIGNING_KEYS_FILE; undefined where that is unset or unreadable. */
export async function fileKids({ jwt: { keysFile } }: Config): Promise<string[] | undefined> {
  if (keysFile === undefined) return undefined;
  const keys = await new SigningKeysFile(keysFile).load().catch(() => undefined);
  return keys?.map(({ kid }) => kid);
}

function explainFileFault(problem: string): Finding {
  const [, reason] = /cannot be read \((\w+)\)/.exec(problem) ?? [];
  return reason
    ? found('signing-keys-file-unreadable', { reason })
    : found('signing-keys-file-invalid', { problem });
}

function signingFinding(count: number, usable: number): Finding {
  if (count > 0 && usable === 0) return found('signing-keys-sealed', { count });
  return good('signing-keys', {
    zh: count === 0 ? '第一次启动时生成签名密钥' : `${count} 个签名密钥中 ${usable} 个可用`,
    en:
      count === 0 ? 'The first start makes a signing key' : `${usable} of ${count} signing keys can be used`,
  });
}

const needsKey = {
  zh: '还没有开发密钥，第一次启动时生成',
  en: 'There is no development key yet; the first start makes it',
};
const sealedUnknown = skipped(
  'sealed-columns',
  { zh: '加密数据能否打开', en: 'Whether sealed data open' },
  needsKey,
);
const signingUnknown = skipped(
  'signing-keys',
  { zh: '签名密钥能否使用', en: 'Whether the signing keys can be used' },
  needsKey,
);

async function examineSealed(
  dataSource: DataSource,
  sealer: Sealer,
  columns: SealedColumn[],
): Promise<Finding[]> {
  const broken: Finding[] = [];
  let looked = 0;
  for (const column of columns) {
    const rows = await sampleOf(dataSource, column);
    const reasons = rows.flatMap(({ id, sealed }) => refusalOf(sealer, sealed, column.placeOf(id)) ?? []);
    looked += rows.length;
    if (reasons.length > 0) broken.push(unopened(column, rows.length, reasons));
  }
  if (broken.length > 0) return broken;
  return [
    good('sealed-columns', {
      zh: `ENCRYPTION_KEYS 打开了抽查的全部 ${looked} 个加密值`,
      en: `ENCRYPTION_KEYS opens all of the ${looked} sealed values looked at`,
    }),
  ];
}

function unopened(column: SealedColumn, looked: number, reasons: string[]): Finding {
  const reason = [...new Set(reasons)].join('; ');
  const facts = { column: String(column), looked, unopened: reasons.length, reason };
  return found('encryption-keys-do-not-open', facts);
}

async function sampleOf(dataSource: DataSource, { table, key, column }: SealedColumn) {
  const select = `SELECT ${key} AS id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${key}`;
  const ask = (order: string) =>
    dataSource.query<{ id: string; sealed: string }[]>(`${select} ${order} LIMIT ${sampleSize}`);
  const rows = [...(await ask('ASC')), ...(await ask('DESC'))];
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/** Why it does not open, in words without its content. */
function refusalOf(sealer: Sealer, sealed: string, place: string): string | undefined {
  try {
    sealer.open(sealed, place);
    return undefined;
  } catch (error) {
    if (error instanceof UnsealError) return error.message;
    throw error;
  }
}
