import { Test } from '@nestjs/testing';
import { Global, Module } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { type WechatApp, wechatAppKinds } from '../platform/config/wechat-app.js';
import { Sealer } from '../platform/crypto/sealer.js';
import { Metrics } from '../platform/observability/metrics.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { MemoryStore } from '../platform/store/memory-store.js';
import { MiniProgramChannel } from './channels/mini-program.channel.js';
import { MobileChannel } from './channels/mobile.channel.js';
import { OfficialAccountChannel } from './channels/official-account.channel.js';
import { WebsiteChannel } from './channels/website.channel.js';
import type { OauthLogin } from './oauth-login.js';
import type { MiniProgramSession, WechatApi } from './wechat-api.js';
import type { Authorization, WechatProof } from './wechat-channel.js';
import { WechatApps } from './wechat-apps.js';
import { WechatChannels } from './wechat-channels.js';
import { wechatCode } from './wechat-code.js';
import { WechatModule } from './wechat.module.js';

const app: WechatApp = {
  kind: 'mini-program',
  appId: 'wx0123456789abcdef',
  appSecret: '5ecre75ecre75ecre75ecre75ecre700',
};

const proof: WechatProof = {
  appId: app.appId,
  kind: 'website',
  openid: 'o1',
  unionidStatus: 'app_not_bound',
};

function channelsAt(openUrl: string): { channels: WechatChannels; identified: unknown[] } {
  const identified: unknown[] = [];
  const login = {
    identify: async (...asked: unknown[]) => {
      identified.push(asked);
      return proof;
    },
  } as unknown as OauthLogin;
  const config = new Config({ wechat: { openUrl } } as unknown as Config);
  const channels = new WechatChannels(
    miniProgramOf({ openid: 'o1', unionid: undefined, sessionKey: 'k1' }),
    new WebsiteChannel(config, login),
    new OfficialAccountChannel(config, login),
    new MobileChannel(login),
  );
  return { channels, identified };
}

const miniProgramOf = (answer: MiniProgramSession) =>
  new MiniProgramChannel({ codeToSession: async () => answer } as unknown as WechatApi);

describe('the mini-program channel', () => {
  it('proves who stands behind a code', async () => {
    const channel = miniProgramOf({ openid: 'o1', unionid: 'u1', sessionKey: 'k1' });
    expect(await channel.identify(app, 'code')).toEqual({
      appId: app.appId,
      kind: 'mini-program',
      openid: 'o1',
      unionid: 'u1',
      unionidStatus: 'present',
      sessionKey: 'k1',
    });
  });

  it('does without a unionid', async () => {
    const channel = miniProgramOf({ openid: 'o1', unionid: undefined, sessionKey: 'k1' });
    expect(await channel.identify(app, 'code')).toMatchObject({
      unionid: undefined,
      unionidStatus: 'app_not_bound',
    });
  });
});

describe('the list of channels', () => {
  const { channels } = channelsAt('https://open.weixin.qq.com');

  it.each(wechatAppKinds)('has a channel for %s apps', (kind) => {
    expect(channels.get(kind).kind).toBe(kind);
  });

  it.each(['website', 'official-account'] as const)('sends the browsers of %s apps to WeChat', (kind) => {
    expect(channels.redirecting(kind)).toBe(channels.get(kind));
  });

  it.each(['mini-program', 'mobile'] as const)('sends nobody of %s apps to WeChat', (kind) => {
    expect(() => channels.redirecting(kind)).toThrow(expect.objectContaining({ error: 'unknown_app' }));
  });

  it('knows no app of a kind it has no channel for', () => {
    expect(() => channels.get('mini-game' as never)).toThrow(
      expect.objectContaining({ error: 'unknown_app' }),
    );
  });
});

describe.each(['website', 'official-account', 'mobile'] as const)('the %s channel', (kind) => {
  it('hands app and code to the OAuth login', async () => {
    const { channels, identified } = channelsAt('https://open.weixin.qq.com');
    const oauthApp = { ...app, kind };
    expect(await channels.get(kind).identify(oauthApp, 'code')).toBe(proof);
    expect(identified).toEqual([[oauthApp, 'code']]);
  });
});

describe("the URL of WeChat's page", () => {
  const redirectUri = 'https://login.example/api/v1/auth/wechat/website/callback?a=1&b=c d';
  const encoded =
    'https%3A%2F%2Flogin.example%2Fapi%2Fv1%2Fauth%2Fwechat%2Fwebsite%2Fcallback%3Fa%3D1%26b%3Dc%20d';
  const state = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE';
  const urlOf = (
    kind: 'website' | 'official-account',
    more: Partial<Authorization> = {},
    openUrl = 'https://open.weixin.qq.com',
  ) =>
    channelsAt(openUrl)
      .channels.redirecting(kind)
      .authorizeUrl(app, { redirectUri, state, ...more });

  it('of a website is exact to the byte', () => {
    expect(urlOf('website')).toBe(
      `https://open.weixin.qq.com/connect/qrconnect?appid=wx0123456789abcdef&redirect_uri=${encoded}&response_type=code&scope=snsapi_login&state=${state}#wechat_redirect`,
    );
  });

  it('of a website ends in the language where one is wanted', () => {
    expect(urlOf('website', { lang: 'en' })).toBe(
      `https://open.weixin.qq.com/connect/qrconnect?appid=wx0123456789abcdef&redirect_uri=${encoded}&response_type=code&scope=snsapi_login&state=${state}&lang=en#wechat_redirect`,
    );
  });

  it.each([
    [undefined, 'snsapi_base'],
    ['snsapi_base', 'snsapi_base'],
    ['snsapi_userinfo', 'snsapi_userinfo'],
  ] as const)('of an official account asked for %s is exact to the byte', (scope, sent) => {
    expect(urlOf('official-account', { scope })).toBe(
      `https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx0123456789abcdef&redirect_uri=${encoded}&response_type=code&scope=${sent}&state=${state}#wechat_redirect`,
    );
  });

  it('takes from a website no other scope, and from an official account no language', () => {
    expect(urlOf('website', { scope: 'snsapi_userinfo' })).toBe(urlOf('website'));
    expect(urlOf('official-account', { lang: 'en' })).toBe(urlOf('official-account'));
  });

  it.each(['http://127.0.0.1:3000/simulator', 'http://127.0.0.1:3000/simulator/'])(
    'keeps the path prefix of %s',
    (openUrl) => {
      expect(urlOf('website', {}, openUrl)).toMatch(
        /^http:\/\/127\.0\.0\.1:3000\/simulator\/connect\/qrconnect\?appid=/,
      );
    },
  );
});

describe('the WeChat module', () => {
  const config = new Config({
    wechat: { apps: [app], apiUrl: 'http://127.0.0.1:9', apiFallbackUrls: [], timeoutMs: 500 },
  } as unknown as Config);

  const store = new MemoryStore();
  const sealer = new Sealer([{ id: 'test', key: Buffer.alloc(32) }]);
  const platform = [
    { provide: Config, useValue: config },
    { provide: KeyValueStore, useValue: store },
    { provide: Sealer, useValue: sealer },
    Metrics,
  ];
  @Global()
  @Module({ providers: platform, exports: [Config, KeyValueStore, Sealer, Metrics] })
  class PlatformOfTest {}

  it('needs nothing but the platform', async () => {
    const module = await Test.createTestingModule({ imports: [PlatformOfTest, WechatModule] }).compile();
    expect(module.get(WechatApps).find('mini-program')).toBe(app);
    expect(module.get(WechatChannels).get('mini-program').kind).toBe('mini-program');
    await module.close();
    await store.close();
  });
});

describe('the form of a code', () => {
  it.each(['a', '0a1B2c_3d-4E5f6G7h8I9j0K1l2M3n4O', 'x'.repeat(128)])('allows %s', (code) => {
    expect(wechatCode.safeParse(code).success).toBe(true);
  });

  it.each(['', 'x'.repeat(129), 'a b', 'a\n', 'a&b', 'a+b', 'ａ', 1, null, ['a']])('refuses %j', (code) => {
    expect(wechatCode.safeParse(code).success).toBe(false);
  });
});
