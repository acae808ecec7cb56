import type { FastifyRequest } from 'fastify';
import type { AppKind, SimulatedApp } from './apps.js';
import { Refusal } from './refusal.js';
import type { TokenErrcode } from './server-settings.js';
import type { Simulation } from './simulation.js';
import { queryOf } from './wechat-request.js';

/** What a token endpoint was sent, in its query or its body. */
export interface TokenParameters {
  grant_type?: unknown;
  appid?: unknown;
  secret?: unknown;
}

/** The app that asks for a token; throws Refusal, by the settings' order of checks. */
export function authenticateApp(
  { apps, appStates, settings }: Simulation,
  request: FastifyRequest,
  sent: TokenParameters,
): SimulatedApp {
  const app = apps.find(({ appId }) => appId === sent.appid);
  const state = app && appStates.of(app.appId);
  const address = addressOf(request);
  const fails: Record<TokenErrcode, boolean> = {
    41002: !sent.appid,
    41004: !sent.secret,
    40002: sent.grant_type !== 'client_credential',
    40013: !app,
    50007: state?.banned === true,
    40243: state?.frozen === true,
    40164: Boolean(state?.ipWhitelist && !state.ipWhitelist.includes(address)),
    40125: app?.appSecret !== sent.secret,
  };
  const errcode = settings.tokenCheckOrder.find((check) => fails[check]);
  if (errcode === 40125) throw new Refusal(settings.wrongSecretErrcode);
  if (errcode === 40164) throw foreignAddress(address, settings.foreignAddressErrcode);
  if (errcode !== undefined || !app) throw new Refusal(errcode ?? 40013);
  return app;
}

/**
 * The app whose `access_token` a call carries in its query.
 * @throws Refusal 41001 missing, 40014, 40001, 42001 as `AppTokens.ownerOf`, 50007 banned, 48001 of another kind
 */
export function requireAppToken(
  { apps, appStates, appTokens }: Simulation,
  request: FastifyRequest,
  kind: AppKind,
): SimulatedApp {
  const token = queryOf(request).get('access_token');
  if (!token) throw new Refusal(41001);
  const owner = appTokens.ownerOf(token);
  const app = apps.find(({ appId }) => appId === owner);
  if (!app) throw new Refusal(40001);
  if (appStates.of(owner).banned) throw new Refusal(50007);
  if (app.kind !== kind) throw new Refusal(48001);
  return app;
}

function foreignAddress(address: string, errcode: ServerErrcode): Refusal {
  if (errcode !== 40164) return new Refusal(errcode);
  const mapped = address.includes(':') ? address : `::ffff:${address}`;
  return new Refusal(errcode, undefined, {
    words: `invalid ip ${address} ipv6 ${mapped}, not in whitelist`,
  });
}

type ServerErrcode = Simulation['settings']['foreignAddressErrcode'];

function addressOf({ socket }: FastifyRequest): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}
