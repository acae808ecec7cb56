import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { WechatApp } from '../../platform/config/wechat-app.js';
import { connectUrl } from '../connect-url.js';
import { OauthLogin } from '../oauth-login.js';
import type { Authorization, RedirectingChannel, WechatProof } from '../wechat-channel.js';

/** Websites: WeChat's page shows a QR code, which the person scans. */
@Injectable()
export class WebsiteChannel implements RedirectingChannel {
  readonly kind = 'website';

  constructor(
    private readonly config: Config,
    private readonly login: OauthLogin,
  ) {}

  authorizeUrl(app: WechatApp, { redirectUri, state, lang }: Authorization): string {
    return connectUrl(this.config.wechat.openUrl, 'qrconnect', {
      appid: app.appId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'snsapi_login',
      state,
      lang,
    });
  }

  identify(app: WechatApp, code: string): Promise<WechatProof> {
    return this.login.identify(app, code);
  }
}
