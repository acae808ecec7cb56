import type { SimulatedApp } from './apps.js';
import { BadRequest } from './bad-request.js';
import type { Person } from './people.js';
import type { PushConfig } from './push-configs.js';
import { accountMessage, type AccountEvent } from './push-events.js';
import type { Delivery, PushOptions } from './push-sender.js';
import type { SceneTicket } from './scene-tickets.js';
import type { Simulation } from './simulation.js';

/** The app's push configuration; throws BadRequest where it has none. */
export function requirePushConfig({ pushConfigs }: Simulation, { appId }: SimulatedApp): PushConfig {
  const config = pushConfigs.of(appId);
  if (!config) throw new BadRequest('no_push', 'appId: the app has no push configuration');
  return config;
}

/** A person follows, scans or leaves an official account, and WeChat tells the account. */
export async function pushAccountEvent(
  simulation: Simulation,
  app: SimulatedApp,
  event: AccountEvent,
  options?: PushOptions,
): Promise<Delivery[]> {
  const { followers, pushSender } = simulation;
  const config = requirePushConfig(simulation, app);
  if (event.event === 'subscribe') followers.follow(app, event.person, event.scene);
  if (event.event === 'unsubscribe') followers.unfollow(app, event.person);
  return pushSender.send(config, app.appId, accountMessage(simulation, app, event), options);
}

/** A person scans an official account's QR code: a follower scans, anybody else follows. */
export async function scanTicket(
  simulation: Simulation,
  app: SimulatedApp,
  { scene }: SceneTicket,
  person: Person,
): Promise<{ event: 'SCAN' | 'subscribe'; deliveries: Delivery[] }> {
  const event = simulation.followers.has(app, person) ? 'SCAN' : 'subscribe';
  return { event, deliveries: await pushAccountEvent(simulation, app, { event, person, scene }) };
}
