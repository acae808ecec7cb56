import { freePort } from '../../test/support/services/probe.js';
import { startChild, type Backends } from '../backends.js';
import { startService, type Service } from '../service.js';

export interface Replicas {
  /** Of the proxy in front of them. */
  url: string;
  count: number;
  stop(): Promise<void>;
}

const count = 3;

/** Three services on the same MariaDB and Redis, behind a proxy that gives each request to the next one. */
export async function startReplicas(backends: Backends): Promise<Replicas> {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const proxy = await startChild('scans/proxy/main.js', { PROXY_PORTS: ports.join() });
  const env = { ...scanEnv, PUBLIC_URL: proxy.url, TRUST_PROXY: '127.0.0.1', REPLICAS: String(count) };
  const services: Service[] = [];
  for (const port of ports) services.push(await startScanService(backends, { ...env, PORT: String(port) }));
  const processes = [proxy.process, ...services.map(({ process }) => process)];
  return {
    url: proxy.url,
    count,
    stop: async () => {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}

/** One service as in production, but for limits that would stop the load. */
export function startScanService(backends: Backends, env: Record<string, string> = {}): Promise<Service> {
  return startService({ ...backends, env: { ...backends.env, ...scanEnv, ...env } });
}

const scanEnv = { SCAN_LIMIT: '900000000/1m', SCAN_TTL: '30m' };
