import type { AppKind, SimulatedApp } from './apps.js';
import type { Code } from './codes.js';
import { Refusal } from './refusal.js';
import type { ExchangeErrcode } from './settings.js';
import type { Simulation } from './simulation.js';

/** Which parameter carries the code, and whose codes the endpoint takes. */
interface Endpoint {
  parameter: string;
  kinds: readonly AppKind[];
}

interface Attempt {
  query: URLSearchParams;
  app: SimulatedApp | undefined;
  codeText: string;
  code: Code | undefined;
  kinds: readonly AppKind[];
}

const refuses: Record<ExchangeErrcode, (attempt: Attempt) => boolean> = {
  41002: ({ query }) => !query.get('appid'),
  41004: ({ query }) => !query.get('secret'),
  40013: ({ app }) => !app,
  40125: ({ app, query }) => app?.appSecret !== query.get('secret'),
  40002: ({ query }) => query.get('grant_type') !== 'authorization_code',
  41008: ({ codeText }) => !codeText,
  40029: ({ code, app, kinds }) => !code || code.app !== app || !kinds.includes(code.app.kind),
  40163: ({ code }) => code?.used === true,
};

/** Checks and uses up a code without yielding in between, so that of many at once one succeeds; throws Refusal. */
export function redeemCode(
  { apps, codes, settings }: Simulation,
  query: URLSearchParams,
  { parameter, kinds }: Endpoint,
): Code {
  const app = apps.find(({ appId }) => appId === query.get('appid'));
  const codeText = query.get(parameter) ?? '';
  const code = codes.find(codeText);
  const errcode = settings.checkOrder.find((check) => refuses[check]({ query, app, codeText, code, kinds }));
  if (errcode !== undefined || !code) throw new Refusal(errcode ?? 40029);
  codes.markUsed(code);
  return code;
}
