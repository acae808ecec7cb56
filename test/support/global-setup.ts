import Module from 'node:module';
import type { Services } from './services/services.js';

declare global {
  /** Handed from global setup to global teardown, which share nothing else. */
  var testServices: Services | undefined;
}

/** One MariaDB and one Redis for the whole run; the workers inherit the variables that name them. */
export default async function globalSetup(): Promise<void> {
  const { startServices } = await resolvingTypeScript(() => import('./services/services.js'));
  globalThis.testServices = await startServices();
  process.env.TEST_DATABASE_URL = globalThis.testServices.databaseUrl;
  process.env.TEST_REDIS_URL = globalThis.testServices.redisUrl;
}

interface Resolver {
  _resolveFilename: (request: string, ...rest: unknown[]) => string;
}

/** Jest's moduleNameMapper, which leads './x.js' to x.ts, does not reach global setup. */
async function resolvingTypeScript<T>(load: () => Promise<T>): Promise<T> {
  const resolver = Module as unknown as Resolver;
  const resolve = resolver._resolveFilename;
  resolver._resolveFilename = (request, ...rest) => {
    try {
      return resolve(request, ...rest);
    } catch (error) {
      if (!/^\.{1,2}\/.*\.js$/.test(request)) throw error;
      return resolve(request.replace(/\.js$/, '.ts'), ...rest);
    }
  };
  try {
    return await load();
  } finally {
    resolver._resolveFilename = resolve;
  }
}
