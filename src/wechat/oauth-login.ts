import { Injectable, Logger } from '@nestjs/common';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { AppError } from '../platform/errors/app-error.js';
import { type OauthAuthorization, type UserInfo, WechatApi } from './wechat-api.js';
import type { UnionidStatus, WechatProof } from './wechat-channel.js';
import { profileOf } from './wechat-profile.js';

const loginLimitMs = 5_000;
const profileScope = 'snsapi_userinfo';

/** What websites, official accounts and mobile apps have in common: the exchange, then the profile. */
@Injectable()
export class OauthLogin {
  private readonly logger = new Logger('Wechat');

  constructor(private readonly api: WechatApi) {}

  /**
   * WeChat's tokens end here: they serve to read the profile and are kept nowhere.
   * @throws AppError as `WechatChannel.identify`
   */
  async identify(app: WechatApp, code: string): Promise<WechatProof> {
    const deadline = performance.now() + loginLimitMs;
    const authorization = await this.api.exchangeOauthCode(app, code, loginLimitMs);
    if (authorization.isSnapshotUser) throw new AppError('snapshot_user');
    const info = showsProfile(app, authorization)
      ? await this.userInfo(app, authorization, deadline - performance.now())
      : undefined;
    const unionid = authorization.unionid ?? info?.unionid;
    return {
      appId: app.appId,
      kind: app.kind,
      openid: authorization.openid,
      unionid,
      unionidStatus: unionidStatusOf(app, authorization, unionid),
      profile: info && profileOf(info),
    };
  }

  /** The code is spent, so that the login goes on without a profile where WeChat does not show it. */
  private async userInfo(
    app: WechatApp,
    { accessToken, openid }: OauthAuthorization,
    withinMs: number,
  ): Promise<UserInfo | undefined> {
    try {
      return await this.api.userInfo(accessToken, openid, 'zh_CN', withinMs);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.logger.warn(`A login at ${app.appId} goes on without a profile. ${error.message}`);
      return undefined;
    }
  }
}

function showsProfile(app: WechatApp, { scopes }: OauthAuthorization): boolean {
  return app.kind !== 'official-account' || scopes.includes(profileScope);
}

function unionidStatusOf(
  app: WechatApp,
  authorization: OauthAuthorization,
  unionid: string | undefined,
): UnionidStatus {
  if (unionid) return 'present';
  return showsProfile(app, authorization) ? 'app_not_bound' : 'scope_base';
}
