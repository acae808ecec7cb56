import { Injectable } from '@nestjs/common';
import type { WechatApp } from '../../platform/config/wechat-app.js';
import { WechatApi } from '../wechat-api.js';
import type { WechatChannel, WechatProof } from '../wechat-channel.js';

/** Mini programs: the code of `wx.login`, exchanged by code2Session. */
@Injectable()
export class MiniProgramChannel implements WechatChannel {
  readonly kind = 'mini-program';

  constructor(private readonly api: WechatApi) {}

  async identify(app: WechatApp, code: string): Promise<WechatProof> {
    const session = await this.api.codeToSession(app, code);
    return {
      appId: app.appId,
      kind: this.kind,
      ...session,
      unionidStatus: session.unionid ? 'present' : 'app_not_bound',
    };
  }
}
