import { Injectable } from '@nestjs/common';
import { SessionEnds } from '../../session/session-ends.service.js';
import { Consents, type ConsentItem, type Withdrawal } from '../../users/consents.service.js';
import type { PushMessage } from '../../wechat/push-message.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import { reasonOf, withdrawnBy } from './push-withdrawal.js';

/**
 * Does what WeChat's privacy events ask for
 * (https://developers.weixin.qq.com/miniprogram/dev/framework/user-privacy/authorization-change.html).
 */
@Injectable()
export class PushConsents {
  constructor(
    private readonly apps: WechatApps,
    private readonly consents: Consents,
    private readonly ends: SessionEnds,
  ) {}

  /** The person took back what they had agreed to. */
  async revoke(message: PushMessage): Promise<void> {
    const app = this.apps.named(message.appId);
    if (!app) return;
    const { everything, items } = withdrawnBy(app.kind, message.revokeInfo);
    const withdrawal = withdrawalOf(message, 'consent_revoked');
    if (everything) await this.leave(withdrawal, items);
    else await this.consents.withdraw(withdrawal, items);
  }

  /** The person gave up the WeChat account. */
  async cancel(message: PushMessage): Promise<void> {
    await this.leave(withdrawalOf(message, 'consent_revoked'), ['phone']);
  }

  /** WeChat found the person's nickname or avatar unfit to be shown. */
  async clearProfile(message: PushMessage): Promise<void> {
    await this.consents.withdraw(withdrawalOf(message, 'profile_cleared'), ['profile']);
  }

  private async leave(withdrawal: Withdrawal, items: ConsentItem[]): Promise<void> {
    const ending = this.ends.endingAllOf('authorization_cancelled', { appId: withdrawal.appId });
    await this.consents.leave(withdrawal, items, ending);
    await ending.announce();
  }
}

function withdrawalOf(
  { appId, openid, event = '', revokeInfo }: PushMessage,
  name: Withdrawal['event'],
): Withdrawal {
  return { appId, openid, event: name, reason: reasonOf(event, revokeInfo) };
}
