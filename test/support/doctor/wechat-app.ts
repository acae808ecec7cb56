import { appOf, miniProgram } from '../start-simulator.js';
import type { Provocation } from './provocation.js';
import { elsewhere, onlyApp } from './world.js';

const tokenPath = '/cgi-bin/stable_token';
const exchangePath = '/sns/oauth2/access_token';
const unknownAppId = 'wx0123456789abcdef';
const otherSecret = 'fa4e5ec4e7000000000000000000000f';
const [website, officialAccount, mobile] = [appOf('website'), appOf('official-account'), appOf('mobile')];
const toOtherApps = { ...website, appSecret: mobile.appSecret };

export const wechatAppProvocations: Provocation[] = [
  {
    condition: 'app-id-unknown',
    how: 'a mini program that WeChat does not know (40013)',
    provoke: () => onlyApp({ appId: unknownAppId }),
  },
  {
    condition: 'app-id-unknown',
    how: 'a website app that WeChat does not know (40013)',
    provoke: () => onlyApp({ ...website, appId: unknownAppId }),
  },
  {
    condition: 'app-secret-wrong',
    how: 'a mini program with another secret (40125)',
    provoke: () => onlyApp({ appSecret: otherSecret }),
  },
  {
    condition: 'app-secret-wrong',
    how: "a website app with a mobile app's secret (40125 at sns)",
    provoke: () => onlyApp(toOtherApps),
  },
  {
    condition: 'app-secret-wrong',
    how: 'the same where WeChat checks the code first (40029 at sns, 40125 for the token)',
    provoke: async (world) => ({
      ...(await world.fault({ path: exchangePath, errcode: 40029 })),
      ...onlyApp(toOtherApps),
    }),
  },
  {
    condition: 'app-ip-not-listed',
    how: 'an app whose allow-list has another address (40164)',
    provoke: async (world) => {
      await world.appState(miniProgram.appId, { ipWhitelist: ['198.51.100.1'] });
      return onlyApp({});
    },
  },
  {
    condition: 'app-ip-unconfirmed',
    how: 'simulator: errcode 89503 for the token',
    provoke: async (world) => ({
      ...(await world.fault({ path: tokenPath, errcode: 89503 })),
      ...onlyApp({}),
    }),
  },
  {
    condition: 'app-secret-frozen',
    how: 'an app whose secret is frozen (40243)',
    provoke: async (world) => {
      await world.appState(miniProgram.appId, { frozen: true });
      return onlyApp({});
    },
  },
  {
    condition: 'app-account-frozen',
    how: 'an app whose account is banned (50007)',
    provoke: async (world) => {
      await world.appState(officialAccount.appId, { banned: true });
      return onlyApp(officialAccount);
    },
  },
  {
    condition: 'app-without-ability',
    how: "an official account's AppID as a mini program (48001)",
    provoke: () => onlyApp({ ...officialAccount, kind: 'mini-program' }),
  },
  {
    condition: 'app-without-ability',
    how: "a mini program's AppID as an official account (48001)",
    provoke: () => onlyApp({ ...miniProgram, kind: 'official-account' }),
  },
  {
    condition: 'app-quota',
    how: 'an app whose daily quota is 0 (45009)',
    provoke: async (world) => {
      await world.appState(miniProgram.appId, { quotas: { [tokenPath]: { perDay: 0 } } });
      return onlyApp({});
    },
  },
  {
    condition: 'app-api-security',
    how: 'simulator: errcode 40234 for the token',
    provoke: async (world) => ({
      ...(await world.fault({ path: tokenPath, errcode: 40234 })),
      ...onlyApp({}),
    }),
  },
  {
    condition: 'app-busy',
    how: 'simulator: errcode -1 four times',
    provoke: async (world) => ({
      ...(await world.fault({ path: tokenPath, errcode: -1, times: 4 })),
      ...onlyApp({}),
    }),
  },
  {
    condition: 'app-refused',
    how: 'simulator: errcode 41018 for the token',
    provoke: async (world) => ({
      ...(await world.fault({ path: tokenPath, errcode: 41018 })),
      ...onlyApp({}),
    }),
  },
  {
    condition: 'redirect-domain',
    how: 'a website app whose callback domain is another',
    provoke: () => onlyApp(elsewhere[0]!),
  },
  {
    condition: 'redirect-domain',
    how: 'an official account whose domain is another (10003)',
    provoke: () => onlyApp(elsewhere[1]!),
  },
  {
    condition: 'redirect-scope',
    how: "a website's AppID as an official account (10016)",
    provoke: () => onlyApp({ ...website, kind: 'official-account' }),
  },
];
