import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { DatabaseConfig } from '../platform/config/config.js';
import { mysqlAddress } from '../platform/database/mysql-address.js';
import { compareClocks } from './clock.js';
import { found } from './conditions.js';
import { good, type Finding } from './finding.js';
import { networkFault } from './network-fault.js';

type MysqlConfig = DatabaseConfig & { kind: 'mysql' };

interface Server extends RowDataPacket {
  version: string;
  charset: string;
  readOnly: number;
  mostConnections: number;
  nowMs: string | number;
}

const limitMs = 4_000;
/** MySQL keeps one for administrators, migrations take three. */
const connectionsBeside = 4;
const reasonableShare = 0.8;
const question = `SELECT VERSION() AS version, @@character_set_database AS charset, @@global.read_only AS readOnly,
  @@global.max_connections AS mostConnections,
  TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000 AS nowMs`;

/** What a MySQL or MariaDB server says of itself, and whether the service could work with it. */
export async function examineServer(
  config: MysqlConfig,
  replicas: number,
): Promise<{ findings: Finding[]; isUsable: boolean }> {
  try {
    const { server, askedMs, answeredMs } = await askServer(config);
    const findings = [
      versionFinding(server),
      ...charsetFindings(server, config),
      ...readOnlyFindings(server, config),
      connectionsFinding(server, config, replicas),
      compareClocks('clock-database', { toldMs: Number(server.nowMs), askedMs, answeredMs }),
    ];
    return { findings, isUsable: isSupported(server.version) && server.charset === 'utf8mb4' };
  } catch (error) {
    return { findings: [explainFailure(error, config)], isUsable: false };
  }
}

async function askServer(config: MysqlConfig) {
  const connection = await createConnection({ ...mysqlAddress(config), connectTimeout: limitMs });
  try {
    // The first query of a connection pays for its beginnings, and would tell an old time.
    await connection.query({ sql: 'SELECT 1', timeout: limitMs });
    const askedMs = Date.now();
    const [[server]] = await connection.query<Server[]>({ sql: question, timeout: limitMs });
    return { server: server!, askedMs, answeredMs: Date.now() };
  } finally {
    connection.destroy();
  }
}

const loginRefused = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
]);
const noConnectionLeft = new Set([
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_USER_LIMIT_REACHED',
]);

const tlsRefused = new Set([
  'HANDSHAKE_NO_SSL_SUPPORT',
  'HANDSHAKE_SSL_ERROR',
  'ER_SECURE_TRANSPORT_REQUIRED',
]);

function explainFailure(error: unknown, { host, port, user, name }: MysqlConfig): Finding {
  const { code, kind } = networkFault(error);
  const facts = { host, port, user, name, code };
  if (kind === 'host-unknown') return found('database-host-unknown', facts);
  if (kind === 'unreachable') return found('database-unreachable', facts);
  if (tlsRefused.has(code)) return found('database-tls', facts);
  if (loginRefused.has(code)) return found('database-login-refused', facts);
  if (code === 'ER_BAD_DB_ERROR') return found('database-missing', facts);
  if (code === 'ER_DBACCESS_DENIED_ERROR') return found('database-access-denied', facts);
  if (noConnectionLeft.has(code)) return found('database-busy', facts);
  return found('database-failed', { code: numberOf(error) ?? code });
}

/** The server's own number: the driver names those of MariaDB as if they were MySQL's. */
function numberOf(error: unknown): number | undefined {
  const { errno } = error as { errno?: unknown };
  return typeof errno === 'number' && errno > 0 ? errno : undefined;
}

function versionFinding({ version }: Server): Finding {
  if (isSupported(version))
    return good('database', { zh: `数据库 ${version} 可以连接`, en: `The database ${version} answers` });
  return found('database-version', { version });
}

/** Replication makes MariaDB 10 call itself 5.5.5-10.… */
export function isSupported(version: string): boolean {
  const isMariadb = /mariadb/i.test(version);
  const [major = 0, minor = 0] = version
    .replace(/^5\.5\.5-/, '')
    .split('.')
    .map(Number.parseFloat);
  return isMariadb ? major > 10 || (major === 10 && minor >= 6) : major >= 8;
}

function charsetFindings({ charset }: Server, { name }: MysqlConfig): Finding[] {
  return charset === 'utf8mb4' ? [] : [found('database-charset', { charset, name })];
}

function readOnlyFindings({ readOnly }: Server, { host }: MysqlConfig): Finding[] {
  return Number(readOnly) === 0 ? [] : [found('database-read-only', { host })];
}

function connectionsFinding(
  { mostConnections: most }: Server,
  { poolSize: pool }: MysqlConfig,
  replicas: number,
) {
  const wanted = replicas * pool + connectionsBeside;
  return wanted > most * reasonableShare
    ? found('database-connections', { replicas, pool, most }, wanted > most ? 'fail' : 'warn')
    : good('database-connections', {
        zh: `连接数足够：最多用 ${wanted} 个，共 ${most} 个`,
        en: `There are connections enough: ${wanted} of ${most} at most`,
      });
}
