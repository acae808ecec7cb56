import { Injectable } from '@nestjs/common';
import type { WechatAppKind } from '../platform/config/wechat-app.js';
import { AppError } from '../platform/errors/app-error.js';
import { MiniProgramChannel } from './channels/mini-program.channel.js';
import type { WechatChannel } from './wechat-channel.js';

/** The channels this service speaks, one a kind of app. */
@Injectable()
export class WechatChannels {
  private readonly channels: readonly WechatChannel[];

  constructor(miniProgram: MiniProgramChannel) {
    this.channels = [miniProgram];
  }

  /** @throws AppError `unknown_app` where no channel speaks to this kind */
  get(kind: WechatAppKind): WechatChannel {
    const channel = this.channels.find((candidate) => candidate.kind === kind);
    if (!channel) throw new AppError('unknown_app', { privateMessage: `no channel for ${kind} apps` });
    return channel;
  }
}
