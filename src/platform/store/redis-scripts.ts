/** Replaces, or without a new value deletes, what still is as expected. */
const compareAndSet = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if #ARGV == 1 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1`;

/** The steps of sliding-window.ts up to the outcome, by the one clock that all replicas share. */
const slide = `
local limit, window, bucket, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = math.floor((now - window + 1) / bucket)

local count = 0
local hits = redis.call('HGETALL', KEYS[1])
for i = 1, #hits, 2 do
  if tonumber(hits[i]) < oldest then
    redis.call('HDEL', KEYS[1], hits[i])
  else
    count = count + hits[i + 1]
  end
end

local allowed = count + cost <= limit
if allowed then
  redis.call('HINCRBY', KEYS[1], math.floor(now / bucket), cost)
  redis.call('PEXPIRE', KEYS[1], window + bucket)
end
return { allowed and 1 or 0, now, redis.call('HGETALL', KEYS[1]) }`;

/** For ioredis, which sends a script whole once a connection and by its hash from then on. */
export const redisScripts = {
  compareAndSet: { lua: compareAndSet, numberOfKeys: 1 },
  slide: { lua: slide, numberOfKeys: 1 },
};

/** The methods that ioredis makes of the scripts. */
export interface RedisScripts {
  compareAndSet(key: string, expected: string, ...next: [] | [value: string, ttlMs: number]): Promise<0 | 1>;
  /** Answers with whether the hit was allowed, Redis' time in ms, and bucket and hits in turn. */
  slide(
    key: string,
    limit: number,
    windowMs: number,
    bucketMs: number,
    cost: number,
  ): Promise<[allowed: 0 | 1, now: number, hits: string[]]>;
}
