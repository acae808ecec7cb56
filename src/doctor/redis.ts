import type { RedisConfig } from '../platform/config/config.js';
import { createRedisClient, type RedisClient } from '../platform/store/redis-client.js';
import { redisFailure } from '../platform/store/redis-failure.js';
import { compareClocks } from './clock.js';
import { found } from './conditions.js';
import { good, type Finding } from './finding.js';
import { networkFault } from './network-fault.js';

const limitMs = 3_000;
/** The script of sliding windows reads the time before it writes. */
const leastMajor = 5;
const nearlyFullPercent = 90;
const probeTtlMs = 1_000;

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
  const info = readInfo(await client.info());
  const askedMs = Date.now();
  const [seconds, microseconds] = await client.time();
  const toldMs = Number(seconds) * 1000 + Number(microseconds) / 1000;
  const clock = compareClocks('clock-redis', { toldMs, askedMs, answeredMs: Date.now() });
  const faults = [...faultsOf(info), ...(info.get('role') === 'master' ? await examineCommands(client) : [])];
  return [...(faults.length > 0 ? faults : [fine(info.get('redis_version') ?? '')]), clock];
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

/** Writes one key that vanishes by itself, and runs the kind of command that limits need. */
async function examineCommands(client: RedisClient): Promise<Finding[]> {
  const attempts: [string, () => Promise<unknown>][] = [
    ['SET', () => client.set('doctor', '1', 'PX', probeTtlMs)],
    ['EVAL', () => client.eval("return redis.call('GET', KEYS[1])", 1, 'doctor')],
    ['PUBLISH', () => client.publish('doctor', '1')],
  ];
  for (const [command, attempt] of attempts) {
    const refusal = await attempt().then(() => undefined, refusalOf);
    if (refusal) return [found('redis-refuses-commands', { command, reason: refusal })];
  }
  return [];
}

function explainFailure(error: unknown): Finding {
  const { code, kind } = networkFault(error);
  const reason = code === 'Error' || code === 'ReplyError' ? refusalOf(error) : code;
  if (kind === 'host-unknown') return found('redis-host-unknown', { reason });
  return /NOAUTH|WRONGPASS|invalid password/i.test(reason)
    ? found('redis-login-refused', { reason })
    : found('redis-unreachable', { reason });
}

/** The kind of a refusal, such as NOAUTH: its words may repeat what was sent. */
function refusalOf(error: unknown): string {
  return redisFailure(error).message.replace('Redis refused: ', '');
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
