import { Injectable } from '@nestjs/common';
import { DecryptionLimits } from '../audit/decryption-limits.service.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Caller } from '../platform/http/caller.decorator.js';
import type { Whence } from '../platform/http/client-address.js';
import { Phones } from '../users/phones.service.js';
import { SessionKeys } from '../users/session-keys.service.js';
import type { UserView } from '../users/user.view.js';
import { Users } from '../users/users.service.js';
import { WechatApps } from '../wechat/wechat-apps.js';
import { readWechatData, type WechatDataInput } from './wechat-data.js';

/** Takes over what WeChat sealed for a mini program, with the session_keys of the caller's logins there. */
@Injectable()
export class WechatData {
  constructor(
    private readonly apps: WechatApps,
    private readonly sessionKeys: SessionKeys,
    private readonly limits: DecryptionLimits,
    private readonly users: Users,
    private readonly phones: Phones,
  ) {}

  /** @throws AppError unknown_app, decryption_failed, too_many_requests */
  async accept(
    { userId, sessionId }: Caller,
    { appId: named, ...input }: WechatDataInput & { appId?: string },
    whence: Whence,
  ): Promise<UserView> {
    const { appId } = this.apps.find('mini-program', named);
    const holders = await this.sessionKeys.holders(userId, appId);
    const news = readWechatData(holders, input, appId, Date.now());
    await this.limits.countTry(sessionId, news !== undefined);
    if (!news) throw new AppError('decryption_failed');
    if ('phone' in news) await this.phones.bind(userId, news.phone, { ...whence, appId });
    else await this.users.acceptProfile(await this.users.find(userId), news.profile);
    return this.users.get(userId);
  }
}
