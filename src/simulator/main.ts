import Fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { announcement } from './announcement.js';
import { simulatedApps, simulator } from './simulator.plugin.js';

const prefix = '/simulator';

const environment = z
  .object({
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
  })
  .safeParse({ HOST: process.env.HOST || undefined, PORT: process.env.PORT || undefined });

if (!environment.success) {
  console.error(z.prettifyError(environment.error));
  process.exit(78);
}

const server = Fastify({ logger: { level: 'error' }, forceCloseConnections: true });
await server.register(simulator, { prefix });

const stop = () => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop).once('SIGINT', stop);

await server.listen({ host: environment.data.HOST, port: environment.data.PORT });
const { port } = server.server.address() as AddressInfo;
console.log(announcement(`http://localhost:${port}${prefix}`, simulatedApps));
