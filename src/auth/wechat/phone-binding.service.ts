import { Injectable } from '@nestjs/common';
import type { WechatApp } from '../../platform/config/wechat-app.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Whence } from '../../platform/http/client-address.js';
import { Phones } from '../../users/phones.service.js';
import { SessionKeys } from '../../users/session-keys.service.js';
import type { UserView } from '../../users/user.view.js';
import { Users } from '../../users/users.service.js';
import { type PhoneNumber, WechatAppApi } from '../../wechat/wechat-app-api.js';

const wechatLimitMs = 5_000;

/** Binds the number behind a phone code to whoever is logged in, if WeChat says that it is theirs. */
@Injectable()
export class PhoneBinding {
  constructor(
    private readonly wechat: WechatAppApi,
    private readonly sessionKeys: SessionKeys,
    private readonly phones: Phones,
    private readonly users: Users,
  ) {}

  /** @throws AppError not_found where the caller has never used this mini program, and as `WechatAppApi.phoneNumber` */
  async bind(userId: string, app: WechatApp, code: string, whence: Whence): Promise<UserView> {
    const holders = await this.sessionKeys.holders(userId, app.appId);
    const openids = holders.map(({ openid }) => openid);
    const phone = await this.ask(app, code, openids, performance.now() + wechatLimitMs);
    await this.phones.bind(userId, phone, { ...whence, appId: app.appId });
    return this.users.get(userId);
  }

  /** Where several WeChat accounts are linked, the code is that of any: WeChat, asked one by one, says whose. */
  private async ask(
    app: WechatApp,
    code: string,
    [openid, ...others]: string[],
    deadline: number,
  ): Promise<PhoneNumber> {
    if (openid === undefined) throw new AppError('not_found');
    try {
      return await this.wechat.phoneNumber(app, code, openid, deadline - performance.now());
    } catch (error) {
      const isRefused = error instanceof AppError && error.error === 'wechat_code_invalid';
      if (!isRefused || others.length === 0) throw error;
      return this.ask(app, code, others, deadline);
    }
  }
}
