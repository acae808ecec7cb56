/** Replaces, or without a new value deletes, what still is as expected. */
const compareAndSet = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if #ARGV == 1 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1`;

/**
 * Where the name of a window lies among its buckets: in one that is long over, so that a replica of an earlier release,
 * which knows no names, sweeps it out.
 */
export const NAME_BUCKET = '0';

/** The steps of sliding-window.ts up to the outcome, by the one clock that all replicas share. */
const slide = `
local limit, window, bucket, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = math.floor((now - window + 1) / bucket)

local count, name = 0, nil
local hits = redis.call('HGETALL', KEYS[1])
for i = 1, #hits, 2 do
  if hits[i] == '${NAME_BUCKET}' then
    name = hits[i + 1]
  elseif tonumber(hits[i]) < oldest then
    redis.call('HDEL', KEYS[1], hits[i])
  else
    count = count + hits[i + 1]
  end
end

local allowed = count + cost <= limit
if allowed then
  if not name then
    name = ARGV[5]
    redis.call('HSET', KEYS[1], '${NAME_BUCKET}', name)
  end
  redis.call('HINCRBY', KEYS[1], math.floor(now / bucket), cost)
  redis.call('PEXPIRE', KEYS[1], window + bucket)
end
return { allowed and 1 or 0, now, redis.call('HGETALL', KEYS[1]), name or '' }`;

/** Takes back what one hit weighs, where the window still is the same and the hit in it. */
const takeBack = `
local bucket, cost = ARGV[2], tonumber(ARGV[3])
if redis.call('HGET', KEYS[1], '${NAME_BUCKET}') ~= ARGV[1] then return 0 end
local left = tonumber(redis.call('HGET', KEYS[1], bucket) or 0) - cost
if left > 0 then
  redis.call('HSET', KEYS[1], bucket, left)
elseif left == 0 then
  redis.call('HDEL', KEYS[1], bucket)
end
return 1`;

/** For ioredis, which sends a script whole once a connection and by its hash from then on. */
export const redisScripts = {
  compareAndSet: { lua: compareAndSet, numberOfKeys: 1 },
  slide: { lua: slide, numberOfKeys: 1 },
  takeBack: { lua: takeBack, numberOfKeys: 1 },
};

/** The methods that ioredis makes of the scripts. */
export interface RedisScripts {
  compareAndSet(key: string, expected: string, ...next: [] | [value: string, ttlMs: number]): Promise<0 | 1>;
  /**
   * Answers with whether the hit was allowed, Redis' time in ms, bucket and hits in turn, and the window's name.
   * @param name what the window is called where it begins with this hit
   */
  slide(
    key: string,
    limit: number,
    windowMs: number,
    bucketMs: number,
    cost: number,
    name: string,
  ): Promise<[allowed: 0 | 1, now: number, hits: string[], name: string]>;
  takeBack(key: string, name: string, bucket: number, cost: number): Promise<0 | 1>;
}
