import { Injectable } from '@nestjs/common';
import type { PushMessage } from '../../wechat/push-message.js';
import { ScanPushes } from '../scan/scan-pushes.service.js';
import { PushConsents } from './push-consents.service.js';

/** Does what a message asks for; gives the text that its sender is to read, if any. Must be right however often it runs. */
export type PushAct = (message: PushMessage) => Promise<string | void>;

/** Who acts on what WeChat pushes: one line an event. */
@Injectable()
export class PushActs {
  private readonly byEvent: ReadonlyMap<string, PushAct>;

  constructor(consents: PushConsents, scans: ScanPushes) {
    this.byEvent = new Map<string, PushAct>([
      ['user_authorization_revoke', (message) => consents.revoke(message)],
      ['user_authorization_cancellation', (message) => consents.cancel(message)],
      ['user_info_modified', (message) => consents.clearProfile(message)],
      ['scan', (message) => scans.take(message)],
      ['subscribe', (message) => scans.take(message)],
    ]);
  }

  /** Nothing where nobody cares. */
  of({ event }: PushMessage): PushAct | undefined {
    return event === undefined ? undefined : this.byEvent.get(event);
  }
}
