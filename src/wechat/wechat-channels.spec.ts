import { Test } from '@nestjs/testing';
import { Global, Module } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { MiniProgramChannel } from './channels/mini-program.channel.js';
import type { MiniProgramSession, WechatApi } from './wechat-api.js';
import { WechatApps } from './wechat-apps.js';
import { WechatChannels } from './wechat-channels.js';
import { wechatCode } from './wechat-code.js';
import { WechatModule } from './wechat.module.js';

const app: WechatApp = {
  kind: 'mini-program',
  appId: 'wx0123456789abcdef',
  appSecret: '5ecre75ecre75ecre75ecre75ecre700',
};

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
      sessionKey: 'k1',
    });
  });

  it('does without a unionid', async () => {
    const channel = miniProgramOf({ openid: 'o1', unionid: undefined, sessionKey: 'k1' });
    expect((await channel.identify(app, 'code')).unionid).toBeUndefined();
  });
});

describe('the list of channels', () => {
  const miniProgram = miniProgramOf({ openid: 'o1', unionid: undefined, sessionKey: 'k1' });

  it('has a channel for mini programs', () => {
    expect(new WechatChannels(miniProgram).get('mini-program')).toBe(miniProgram);
  });

  it('knows no app of a kind it has no channel for', () => {
    expect(() => new WechatChannels(miniProgram).get('mobile')).toThrow(
      expect.objectContaining({ error: 'unknown_app' }),
    );
  });
});

describe('the WeChat module', () => {
  const config = new Config({
    wechat: { apps: [app], apiUrl: 'http://127.0.0.1:9', timeoutMs: 500 },
  } as unknown as Config);

  @Global()
  @Module({ providers: [{ provide: Config, useValue: config }], exports: [Config] })
  class ConfigOfTest {}

  it('needs nothing but the configuration', async () => {
    const module = await Test.createTestingModule({ imports: [ConfigOfTest, WechatModule] }).compile();
    expect(module.get(WechatApps).find('mini-program')).toBe(app);
    expect(module.get(WechatChannels).get('mini-program').kind).toBe('mini-program');
    await module.close();
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
