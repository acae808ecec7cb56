import { BadRequest } from './bad-request.js';
import type { PushConfig } from './push-configs.js';

export const kinds = ['mini-program', 'website', 'official-account', 'mobile'] as const;

export type AppKind = (typeof kinds)[number];

/** An account registered with WeChat. */
export interface SimulatedApp {
  kind: AppKind;
  /** `wx` and 16 hex digits. */
  appId: string;
  /** 32 hex digits. */
  appSecret: string;
  name?: string;
  /** The open-platform account (开放平台账号) it is bound to; without one nobody gets a unionid. */
  openPlatform?: string | null;
  /** The one host to which people are sent back (授权回调域); any where omitted. */
  callbackDomain?: string;
  /** The addresses that may ask for a token; any where omitted. */
  ipWhitelist?: readonly string[] | null;
  /** What its pushes are signed with. */
  pushToken?: string;
  /** Where its messages are pushed to; nowhere where omitted. */
  push?: PushConfig;
}

/** Made up, valid in form, known to no real WeChat: one app of each kind, all bound to one open platform. */
export const simulatedApps: readonly SimulatedApp[] = [
  {
    kind: 'mini-program',
    appId: 'wxfa4e000000000001',
    appSecret: 'fa4e5ec4e70000000000000000000001',
    pushToken: 'simulatedPush1',
    name: '模拟小程序',
    openPlatform: 'simulated',
  },
  {
    kind: 'website',
    appId: 'wxfa4e000000000002',
    appSecret: 'fa4e5ec4e70000000000000000000002',
    pushToken: 'simulatedPush2',
    name: '模拟网站应用',
    openPlatform: 'simulated',
  },
  {
    kind: 'official-account',
    appId: 'wxfa4e000000000003',
    appSecret: 'fa4e5ec4e70000000000000000000003',
    pushToken: 'simulatedPush3',
    name: '模拟服务号',
    openPlatform: 'simulated',
  },
  {
    kind: 'mobile',
    appId: 'wxfa4e000000000004',
    appSecret: 'fa4e5ec4e70000000000000000000004',
    pushToken: 'simulatedPush4',
    name: '模拟移动应用',
    openPlatform: 'simulated',
  },
];

/** The app of this kind that `appId` names, or the only one there is; throws BadRequest where that names none. */
export function chooseApp(apps: readonly SimulatedApp[], kind: AppKind, appId?: string): SimulatedApp {
  const candidates = apps.filter((app) => app.kind === kind && app.appId === (appId ?? app.appId));
  const [app, another] = candidates;
  if (!app) throw new BadRequest('unknown_app', `appId: no such app of kind ${kind}`);
  if (another) throw new BadRequest('unknown_app', `appId: several apps of kind ${kind}, name one`);
  return app;
}

/** The app of any kind that `appId` names; throws BadRequest where it names none. */
export function appNamed(apps: readonly SimulatedApp[], appId: string): SimulatedApp {
  const app = apps.find((candidate) => candidate.appId === appId);
  if (!app) throw new BadRequest('unknown_app', 'appId: no such app');
  return app;
}
