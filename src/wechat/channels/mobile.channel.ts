import { Injectable } from '@nestjs/common';
import type { WechatApp } from '../../platform/config/wechat-app.js';
import { OauthLogin } from '../oauth-login.js';
import type { WechatChannel, WechatProof } from '../wechat-channel.js';

/** Mobile apps: the code that WeChat's SDK gave the app. */
@Injectable()
export class MobileChannel implements WechatChannel {
  readonly kind = 'mobile';

  constructor(private readonly login: OauthLogin) {}

  identify(app: WechatApp, code: string): Promise<WechatProof> {
    return this.login.identify(app, code);
  }
}
