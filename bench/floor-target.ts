import { startChild, type Backends } from './backends.js';
import type { NodeProcess } from './node-process.js';
import type { Target } from './measure.js';

export interface Floors {
  floor: Target;
  /** The floor that checks the signature of each request's token. */
  strictFloor: Target;
  stop(): Promise<void>;
}

/** Two plain servers on the same backends. */
export async function startFloors(backends: Backends): Promise<Floors> {
  const floor = await startChild('floor/main.js', floorEnv(backends, true));
  const strict = await startChild('floor/main.js', floorEnv(backends, false));
  return {
    floor: targetOf('floor', floor),
    strictFloor: targetOf('floor, each signature', strict),
    stop: async () => {
      await Promise.all([floor.process.stop(), strict.process.stop()]);
    },
  };
}

export function floorEnv(backends: Backends, remembers: boolean): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'production',
    DATABASE_URL: backends.databaseUrl,
    REDIS_URL: backends.redisUrl,
    WECHAT_API_URL: backends.wechatUrl,
    FLOOR_REMEMBERS: String(remembers),
  };
}

export function targetOf(name: string, { process, url }: { process: NodeProcess; url: string }): Target {
  return { name, url, pid: process.pid };
}
