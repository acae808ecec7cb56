import type { FastifyInstance } from 'fastify';
import { controlRoutes } from './control.routes.js';
import { createSimulation, type SimulatorOptions } from './simulation.js';
import { virtualPhoneControlRoutes } from './virtual-phone/virtual-phone.control.js';
import { virtualPhone } from './virtual-phone/virtual-phone.plugin.js';
import { wechat } from './wechat.plugin.js';

export { simulatedApps, type SimulatedApp } from './apps.js';

/**
 * Plays WeChat's servers below the prefix it is registered with, takes orders below `/control`, and shows a virtual phone
 * at the prefix itself.
 * Takes no parser and no handler from the server around it, and leaves none behind.
 */
export async function simulator(instance: FastifyInstance, options: SimulatorOptions = {}): Promise<void> {
  const simulation = createSimulation(options);

  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);

  await instance.register(
    async (control) => {
      await controlRoutes(control, simulation);
      virtualPhoneControlRoutes(control, simulation, `${instance.prefix}/connect`);
    },
    { prefix: '/control' },
  );
  await instance.register(async (page) => virtualPhone(page, options.service));
  await instance.register(async (hosts) => wechat(hosts, simulation));

  instance.addHook('preClose', async () => simulation.held.drop());
}
