import { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { WechatApps } from './wechat-apps.js';

const appSecret = '5ecre75ecre75ecre75ecre75ecre700';
const mini: WechatApp = { kind: 'mini-program', appId: 'wx0000000000000001', appSecret };
const website: WechatApp = { kind: 'website', appId: 'wx0000000000000002', appSecret };
const otherWebsite: WechatApp = { kind: 'website', appId: 'wx0000000000000003', appSecret };

const apps = new WechatApps(
  new Config({ wechat: { apps: [mini, website, otherWebsite] } } as unknown as Config),
);
const unknownApp = expect.objectContaining({ error: 'unknown_app', status: 400 });

describe('the registry of WeChat apps', () => {
  it('finds the only app of a kind without its id', () => {
    expect(apps.find('mini-program')).toBe(mini);
  });

  it('finds each of several apps of a kind by its id', () => {
    expect(apps.find('website', website.appId)).toBe(website);
    expect(apps.find('website', otherWebsite.appId)).toBe(otherWebsite);
  });

  it('does not choose among several apps of a kind', () => {
    expect(() => apps.find('website')).toThrow(unknownApp);
  });

  it.each([
    ['a kind without apps', 'mobile', undefined],
    ['an unknown id', 'mini-program', 'wxffffffffffffffff'],
    ['an empty id', 'mini-program', ''],
    ['the id of an app of another kind', 'mini-program', website.appId],
  ] as const)('does not know %s', (_, kind, appId) => {
    expect(() => apps.find(kind, appId)).toThrow(unknownApp);
  });
});
