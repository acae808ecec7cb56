import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { WechatApp } from '../../platform/config/wechat-app.js';
import { connectUrl } from '../connect-url.js';
import { OauthLogin } from '../oauth-login.js';
import type { Authorization, RedirectingChannel, WechatProof } from '../wechat-channel.js';

/** Official accounts: pages inside WeChat, which lets the person through silently or asks for consent. */
@Injectable()
export class OfficialAccountChannel implements RedirectingChannel {
  readonly kind = 'official-account';

  constructor(
    private readonly config: Config,
    private readonly login: OauthLogin,
  ) {}

  authorizeUrl(app: WechatApp, { redirectUri, state, scope = 'snsapi_base' }: Authorization): string {
    return connectUrl(this.config.wechat.openUrl, 'oauth2/authorize', {
      appid: app.appId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state,
    });
  }

  identify(app: WechatApp, code: string): Promise<WechatProof> {
    return this.login.identify(app, code);
  }
}
