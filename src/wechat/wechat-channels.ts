import { Injectable } from '@nestjs/common';
import type { WechatAppKind } from '../platform/config/wechat-app.js';
import { AppError } from '../platform/errors/app-error.js';
import { MiniProgramChannel } from './channels/mini-program.channel.js';
import { MobileChannel } from './channels/mobile.channel.js';
import { OfficialAccountChannel } from './channels/official-account.channel.js';
import { WebsiteChannel } from './channels/website.channel.js';
import type { RedirectingChannel, WechatChannel } from './wechat-channel.js';

/** The channels this service speaks, one a kind of app. */
@Injectable()
export class WechatChannels {
  private readonly channels: readonly WechatChannel[];

  constructor(
    miniProgram: MiniProgramChannel,
    website: WebsiteChannel,
    officialAccount: OfficialAccountChannel,
    mobile: MobileChannel,
  ) {
    this.channels = [miniProgram, website, officialAccount, mobile];
  }

  /** @throws AppError `unknown_app` where no channel speaks to this kind */
  get(kind: WechatAppKind): WechatChannel {
    const channel = this.channels.find((candidate) => candidate.kind === kind);
    if (!channel) throw new AppError('unknown_app', { privateMessage: `no channel for ${kind} apps` });
    return channel;
  }

  /** @throws AppError `unknown_app` where the channel of this kind sends nobody to WeChat */
  redirecting(kind: WechatAppKind): RedirectingChannel {
    const channel = this.get(kind);
    if (!redirects(channel))
      throw new AppError('unknown_app', { privateMessage: `${kind} apps do not redirect` });
    return channel;
  }
}

function redirects(channel: WechatChannel): channel is RedirectingChannel {
  return 'authorizeUrl' in channel;
}
