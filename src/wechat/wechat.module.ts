import { Module } from '@nestjs/common';
import { MiniProgramChannel } from './channels/mini-program.channel.js';
import { WechatApi } from './wechat-api.js';
import { WechatApps } from './wechat-apps.js';
import { WechatChannels } from './wechat-channels.js';
import { WechatHttp } from './wechat-http.js';

@Module({
  providers: [WechatHttp, WechatApi, WechatApps, WechatChannels, MiniProgramChannel],
  exports: [WechatApps, WechatChannels],
})
export class WechatModule {}
