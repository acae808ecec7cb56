import { ReplyError } from 'ioredis';
import { KEY_PREFIX, type RedisClient } from '../platform/store/redis-client.js';
import { redisFailure } from '../platform/store/redis-failure.js';
import { found } from './conditions.js';
import type { Finding } from './finding.js';

const key = 'doctor';
const hash = 'doctor:count';
const ttlMs = 1_000;

/** Each command that the service sends or its scripts run, on keys and a channel of its own. */
export const redisCommands: Record<string, (client: RedisClient) => Promise<unknown>> = {
  SELECT: (client) => client.select(client.options.db ?? 0),
  PING: (client) => client.ping(),
  SET: (client) => client.set(key, '1', 'PX', ttlMs),
  GET: (client) => client.get(key),
  DEL: (client) => client.del(key),
  HINCRBY: (client) => client.hincrby(hash, 'count', 1),
  HSET: (client) => client.hset(hash, 'count', '1'),
  PEXPIRE: (client) => client.pexpire(hash, ttlMs),
  HGET: (client) => client.hget(hash, 'count'),
  HGETALL: (client) => client.hgetall(hash),
  HDEL: (client) => client.hdel(hash, 'count'),
  TIME: (client) => client.time(),
  EVALSHA: (client) => client.evalsha('0'.repeat(40), 1, key).catch(unlessUnknown),
  EVAL: (client) => client.eval('return 1', 1, key),
  PUBLISH: (client) => client.publish(channelOf(client), '1'),
  // The last, because a connection that listens takes no other commands.
  SUBSCRIBE: (client) => client.subscribe(channelOf(client)),
  UNSUBSCRIBE: (client) => client.unsubscribe(channelOf(client)),
};

/** What Redis refuses of all that. @throws what the network says, where it does not answer */
export async function examineRedisCommands(client: RedisClient): Promise<Finding[]> {
  const reasons = new Set<string>();
  const refused: string[] = [];
  for (const [command, send] of Object.entries(redisCommands)) {
    const reason = await send(client).then(() => undefined, reasonOf);
    if (reason === undefined) continue;
    reasons.add(reason);
    refused.push(command);
  }
  if (refused.length === 0) return [];
  if (reasons.has('READONLY')) return [found('redis-replica')];
  const facts = {
    ...userOf(client),
    commands: refused.join(', '),
    reason: [...reasons].join(', '),
    rules: refused.map((command) => `+${command.toLowerCase()}`).join(' '),
  };
  return [found('redis-refuses-commands', facts)];
}

/** Whose ACL counts. */
export function userOf({ options: { username } }: RedisClient): { user: string } {
  return { user: username || 'default' };
}

/** The kind of a refusal, such as NOAUTH: its words may repeat what was sent. */
export function refusalOf(error: unknown): string {
  return redisFailure(error).message.replace('Redis refused: ', '');
}

function reasonOf(error: unknown): string {
  if (error instanceof ReplyError) return refusalOf(error);
  throw error;
}

function unlessUnknown(error: unknown): void {
  if (refusalOf(error) !== 'NOSCRIPT') throw error;
}

/** As the store names them: Redis' databases do not part channels, nor does ioredis prefix them. */
function channelOf(client: RedisClient): string {
  return `${KEY_PREFIX}${client.options.db}:${key}`;
}
