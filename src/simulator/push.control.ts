import type { FastifyInstance } from 'fastify';
import { appNamed, chooseApp, type SimulatedApp } from './apps.js';
import { BadRequest } from './bad-request.js';
import { parse } from './control.schemas.js';
import { personNamed } from './people.js';
import { accountEvents, accountIdOf, privacyEvents, privacyMessage } from './push-events.js';
import type { AccountEvent, PrivacyEvent } from './push-events.js';
import {
  pushConfigRequest,
  pushOrder,
  pushVerification,
  scanRequest,
  type PushOrder,
} from './push.schemas.js';
import type { Delivery, PushOptions } from './push-sender.js';
import { pushAccountEvent, requirePushConfig, scanTicket } from './pushing.js';
import type { Simulation } from './simulation.js';

/** Control calls about what WeChat pushes to apps. */
export function pushControlRoutes(control: FastifyInstance, simulation: Simulation): void {
  const { apps, pushConfigs, pushSender, sceneTickets, now } = simulation;

  control.addHook('preClose', async () => pushSender.stop());

  /** `{appId, url, token, encodingAesKey?, mode, format}` → `{appId, url, mode, format}`; checks nothing. */
  control.put('/push', (request) => {
    const { appId, ...config } = parse(pushConfigRequest, request.body);
    pushConfigs.set(appNamed(apps, appId).appId, config);
    const { url, mode, format } = config;
    return { appId, url, mode, format };
  });

  /** `{appId}` → `{ok, status, body}`: whether the server at the address answers WeChat's check of it. */
  control.post('/push/verify', (request) => {
    const { appId } = parse(pushVerification, request.body);
    return pushSender.verify(requirePushConfig(simulation, appNamed(apps, appId)));
  });

  /**
   * `{appId, message, deliveries?, insist?, badSignature?, wrongAppId?, stale?}` → `{deliveries: Delivery[]}`. The message
   * is `{event, person?, sceneStr?, revokeInfo?, quirk?}` or the fields of any other, to which what all messages have is added.
   */
  control.post('/push/messages', async (request) => {
    const { appId, message, ...options } = parse(pushOrder, request.body);
    return { deliveries: await push(appNamed(apps, appId), message, options) };
  });

  /** `{ticket | sceneStr, appId?, person?}` → `{event, deliveries}`: a person scans an official account's QR code. */
  control.post('/scans', (request) => {
    const { ticket, sceneStr = '', appId, person } = parse(scanRequest, request.body);
    const found = ticket
      ? sceneTickets.find(ticket)
      : sceneTickets.ofScene(chooseApp(apps, 'official-account', appId).appId, sceneStr);
    if (!found) throw new BadRequest('unknown_ticket', 'ticket: no such QR code, or it has expired');
    return scanTicket(simulation, appNamed(apps, found.appId), found, personNamed(person));
  });

  function push(app: SimulatedApp, order: PushOrder, options: PushOptions): Promise<Delivery[]> {
    const config = requirePushConfig(simulation, app);
    if (isAccountEvent(order)) {
      const { event, person, sceneStr = '' } = order;
      return pushAccountEvent(
        simulation,
        app,
        { event, person: personNamed(person), scene: sceneStr },
        options,
      );
    }
    const message = isPrivacyEvent(order)
      ? privacyMessage(simulation, app, { ...order, person: personNamed(order.person) })
      : { ToUserName: accountIdOf(app), CreateTime: Math.floor(now() / 1000), ...order };
    return pushSender.send(config, app.appId, message, options);
  }
}

function isAccountEvent(order: PushOrder): order is Extract<PushOrder, { event: AccountEvent['event'] }> {
  return accountEvents.some((event) => event === order.event);
}

function isPrivacyEvent(order: PushOrder): order is Extract<PushOrder, { event: PrivacyEvent['event'] }> {
  return privacyEvents.some((event) => event === order.event);
}
