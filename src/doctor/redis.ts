import type { RedisConfig } from '../platform/config/config.js';
import { createRedisClient, type RedisClient } from '../platform/store/redis-client.js';
import { compareClocks } from './clock.js';
import { found } from './conditions.js';
import { good, type Finding } from './finding.js';
import { networkFault } from './network-fault.js';
import { examineRedisCommands, refusalOf, userOf } from './redis-commands.js';

const limitMs = 3_000;
/** The script of sliding windows reads the time before it writes. */
const leastMajor = 5;
const nearlyFullPercent = 90;

/** What Redis says of itself, and whether it takes the commands that the service sends. */
export async function examineRedis(config: RedisConfig | undefined): Promise<Finding[]> {
  if (!config) return [inMemory];
  const client = createRedisClient(config, {
    lazyConnect: true,
    connectTimeout: limitMs,
    commandTimeout: limitMs,
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
    reconnectOnError: null,
    // These ask for what an ACL may forbid, say so on stderr, and wait for a server that is silent.
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  let lost: unknown;
  client.on('error', (error) => (lost = error));
  try {
    await client.connect();
    return await examineConnected(client);
  } catch (error) {
    return [explainFailure(lost ?? error)];
  } finally {
    client.disconnect();
  }
}

const inMemory = good('redis', {
  zh: '没有 REDIS_URL：短期数据放在内存里，只适合一个进程',
  en: 'REDIS_URL is unset: short-lived facts lie in memory, which suits one process',
});

async function examineConnected(client: RedisClient): Promise<Finding[]> {
  const info = await unlessForbidden(async () => readInfo(await client.info()));
  const clock = await unlessForbidden(() => compareClock(client));
  const commands = info?.get('role') === 'slave' ? [] : await examineRedisCommands(client);
  const faults = [...(info ? faultsOf(info) : [found('redis-info-refused', userOf(client))]), ...commands];
  return [
    ...(faults.length > 0 ? faults : [fine(info?.get('redis_version') ?? '')]),
    ...(clock ? [clock] : []),
  ];
}

/** Undefined where an ACL keeps the answer. */
async function unlessForbidden<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (refusalOf(error) === 'NOPERM') return undefined;
    throw error;
  }
}

async function compareClock(client: RedisClient): Promise<Finding> {
  const askedMs = Date.now();
  const [seconds, microseconds] = await client.time();
  const toldMs = Number(seconds) * 1000 + Number(microseconds) / 1000;
  return compareClocks('clock-redis', { toldMs, askedMs, answeredMs: Date.now() });
}

function fine(version: string): Finding {
  return good('redis', {
    zh: `Redis ${version} 可用，不会淘汰数据（无需持久化）`,
    en: `Redis ${version} answers and evicts nothing (persistence is not needed)`,
  });
}

function faultsOf(info: Map<string, string>): Finding[] {
  const version = info.get('redis_version') ?? '';
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  const [used, most] = [Number(info.get('used_memory') ?? 0), Number(info.get('maxmemory') ?? 0)];
  const percent = most > 0 ? Math.min(100, Math.round((used / most) * 100)) : 0;
  const faults: [boolean, () => Finding][] = [
    [Number.parseInt(version, 10) < leastMajor, () => found('redis-version', { version })],
    [info.get('cluster_enabled') === '1', () => found('redis-cluster')],
    [info.get('role') === 'slave', () => found('redis-replica')],
    [policy !== 'noeviction', () => found('redis-evicts', { policy })],
    [percent >= nearlyFullPercent, () => found('redis-memory', { percent })],
  ];
  return faults.filter(([applies]) => applies).map(([, finding]) => finding());
}

function explainFailure(error: unknown): Finding {
  const { code, kind } = networkFault(error);
  const reason = code === 'Error' || code === 'ReplyError' ? refusalOf(error) : code;
  if (kind === 'host-unknown') return found('redis-host-unknown', { reason });
  return /NOAUTH|WRONGPASS|invalid password/i.test(reason)
    ? found('redis-login-refused', { reason })
    : found('redis-unreachable', { reason });
}

/** `name:value` lines under headings. */
function readInfo(text: string): Map<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}
