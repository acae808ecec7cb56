import { Module } from '@nestjs/common';
import { AppTokens } from './app-tokens.service.js';
import { MiniProgramChannel } from './channels/mini-program.channel.js';
import { MobileChannel } from './channels/mobile.channel.js';
import { OfficialAccountChannel } from './channels/official-account.channel.js';
import { WebsiteChannel } from './channels/website.channel.js';
import { OauthLogin } from './oauth-login.js';
import { WechatApi } from './wechat-api.js';
import { WechatAppApi } from './wechat-app-api.js';
import { WechatApps } from './wechat-apps.js';
import { WechatChannels } from './wechat-channels.js';
import { WechatHttp } from './wechat-http.js';

@Module({
  providers: [
    WechatHttp,
    WechatApi,
    AppTokens,
    WechatAppApi,
    WechatApps,
    WechatChannels,
    OauthLogin,
    MiniProgramChannel,
    WebsiteChannel,
    OfficialAccountChannel,
    MobileChannel,
  ],
  exports: [WechatApps, WechatAppApi, WechatChannels],
})
export class WechatModule {}
