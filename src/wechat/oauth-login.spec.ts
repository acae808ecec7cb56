import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { WechatApp, WechatAppKind } from '../platform/config/wechat-app.js';
import { AppError } from '../platform/errors/app-error.js';
import { OauthLogin } from './oauth-login.js';
import type { OauthAuthorization, UserInfo, WechatApi } from './wechat-api.js';
import { unreachable } from './wechat-errors.js';

const accessToken = '71_AbCdEfGh0123456789';
const appOf = (kind: WechatAppKind): WechatApp => ({
  kind,
  appId: 'wx0123456789abcdef',
  appSecret: '5ecre75ecre75ecre75ecre75ecre700',
});

/** Answers as told, and remembers which profile it was asked for and within which time. */
class FakeApi {
  readonly asked: unknown[] = [];
  authorization: OauthAuthorization = {
    accessToken,
    openid: 'o1',
    unionid: undefined,
    scopes: ['snsapi_login'],
    isSnapshotUser: false,
  };
  info: UserInfo | Error = { openid: 'o1', unionid: undefined, nickname: '小明' };
  exchangeMs = 0;

  async exchangeOauthCode(): Promise<OauthAuthorization> {
    await pause(this.exchangeMs);
    return this.authorization;
  }

  async userInfo(...asked: unknown[]): Promise<UserInfo> {
    this.asked.push(asked);
    if (this.info instanceof Error) throw this.info;
    return this.info;
  }
}

let api: FakeApi;
let warnings: unknown[];

beforeEach(() => {
  api = new FakeApi();
  warnings = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((words: unknown) => void warnings.push(words));
});

afterEach(() => jest.restoreAllMocks());

const identify = (kind: WechatAppKind) =>
  new OauthLogin(api as unknown as WechatApi).identify(appOf(kind), 'code');

describe('an OAuth login', () => {
  it('proves who it is, without any token of WeChat', async () => {
    api.authorization.unionid = 'u1';
    expect(await identify('website')).toStrictEqual({
      appId: 'wx0123456789abcdef',
      kind: 'website',
      openid: 'o1',
      unionid: 'u1',
      unionidStatus: 'present',
      profile: { nickname: '小明' },
    });
  });

  it.each<[WechatAppKind, string[], boolean]>([
    ['website', ['snsapi_login'], true],
    ['website', [], true],
    ['mobile', ['snsapi_userinfo'], true],
    ['official-account', ['snsapi_userinfo'], true],
    ['official-account', ['snsapi_base', 'snsapi_userinfo'], true],
    ['official-account', ['snsapi_base'], false],
    ['official-account', [], false],
  ])('of kind %s with scopes %j reads a profile: %s', async (kind, scopes, reads) => {
    api.authorization.scopes = scopes;
    expect((await identify(kind)).profile).toEqual(reads ? { nickname: '小明' } : undefined);
    expect(api.asked).toEqual(reads ? [[accessToken, 'o1', 'zh_CN', expect.any(Number)]] : []);
  });

  it('takes no placeholder for a profile', async () => {
    api.info = { openid: 'o1', unionid: undefined, nickname: '微信用户' };
    expect((await identify('website')).profile).toBeUndefined();
  });

  it.each<[WechatAppKind, string, string | undefined, string]>([
    ['website', 'snsapi_login', 'u1', 'present'],
    ['website', 'snsapi_login', undefined, 'app_not_bound'],
    ['mobile', 'snsapi_userinfo', undefined, 'app_not_bound'],
    ['official-account', 'snsapi_userinfo', undefined, 'app_not_bound'],
    ['official-account', 'snsapi_base', undefined, 'scope_base'],
    ['official-account', 'snsapi_base', 'u1', 'present'],
  ])('says of the unionid, for %s with %s and %s: %s', async (kind, scope, unionid, status) => {
    Object.assign(api.authorization, { scopes: [scope], unionid });
    expect(await identify(kind)).toMatchObject({ unionid, unionidStatus: status });
  });

  it('takes a unionid that only the profile has', async () => {
    api.info = { openid: 'o1', unionid: 'u2' };
    expect(await identify('website')).toMatchObject({ unionid: 'u2', unionidStatus: 'present' });
  });

  it('by a snapshot page is refused before a profile is read', async () => {
    Object.assign(api.authorization, { scopes: ['snsapi_userinfo'], isSnapshotUser: true });
    await expect(identify('official-account')).rejects.toMatchObject({ error: 'snapshot_user' });
    expect(api.asked).toEqual([]);
  });
});

describe('a profile that WeChat does not show', () => {
  it.each([
    unreachable('no answer in time'),
    new AppError('wechat_error'),
    new AppError('wechat_code_invalid'),
  ])('does not lose the login, whose code is spent: %s', async (error) => {
    api.info = error;
    api.authorization.unionid = 'u1';
    expect(await identify('website')).toMatchObject({ openid: 'o1', unionid: 'u1', profile: undefined });
    expect(warnings).toEqual([expect.stringContaining(error.message)]);
    expect(JSON.stringify(warnings)).not.toContain(accessToken);
  });

  it('because of a mistake of ours does not pass silently', async () => {
    api.info = new TypeError('a defect');
    await expect(identify('website')).rejects.toThrow('a defect');
  });

  it('is waited for only as long as remains of the five seconds of a login', async () => {
    api.exchangeMs = 200;
    await identify('website');
    const [[, , , withinMs]] = api.asked as [unknown[]];
    expect(withinMs).toBeLessThan(4_850);
    expect(withinMs).toBeGreaterThan(4_000);
  });
});
