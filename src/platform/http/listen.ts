import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { StartFault } from '../config/start-fault.js';

type Address = Pick<Config, 'host' | 'port'>;

/** Why an address cannot be listened on: the variable, and words that follow its name. */
const reasons: Record<string, (address: Address) => [variable: string, problem: string]> = {
  EADDRINUSE: ({ port }) => ['PORT', `is ${port}, which another process listens on`],
  EACCES: ({ port }) => ['PORT', `is ${port}, which this process may not listen on`],
  EADDRNOTAVAIL: ({ host }) => ['HOST', `is ${host}, which is no address of this machine`],
  EAFNOSUPPORT: ({ host }) => ['HOST', `is ${host}, which this machine has no network for`],
  ENOTFOUND: ({ host }) => ['HOST', `is ${host}, a name that nobody knows`],
  EAI_AGAIN: ({ host }) => ['HOST', `is ${host}, a name that cannot be looked up at the moment`],
};

/**
 * Opens the port, below Nest, which would log the driver's words of a failure beside ours.
 * @throws StartFault where it cannot be had
 */
export async function listen(app: NestFastifyApplication, { host, port }: Address): Promise<void> {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  try {
    await server.listen({ host, port });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!Object.hasOwn(reasons, code)) throw error;
    throw new StartFault(...reasons[code]!({ host, port }), code, error);
  }
}
