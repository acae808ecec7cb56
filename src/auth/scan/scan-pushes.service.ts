import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.js';
import { Config } from '../../platform/config/config.js';
import { hashSecret } from '../../platform/crypto/secrets.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { PushMessage } from '../../wechat/push-message.js';
import { WechatAppApi } from '../../wechat/wechat-app-api.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import type { WechatProof } from '../../wechat/wechat-channel.js';
import { LoginService } from '../login.service.js';
import { ScanDecisions } from './scan-decisions.service.js';
import { reject, scan, type ScanTicket } from './scan-ticket.js';
import { ScanTickets } from './scan-tickets.service.js';
import { scanWords } from './scan-words.js';
import { confirmPage } from './scans.service.js';

const followerWithinMs = 1_500;
const scenePrefix = /^qrscene_/;

/**
 * Scans that WeChat pushes: a follower's `SCAN`, or the `subscribe` of who follows by scanning
 * (https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html).
 */
@Injectable()
export class ScanPushes {
  private readonly isDirect: boolean;

  constructor(
    private readonly config: Config,
    private readonly tickets: ScanTickets,
    private readonly decisions: ScanDecisions,
    private readonly login: LoginService,
    private readonly apps: WechatApps,
    private readonly appApi: WechatAppApi,
    private readonly audit: AuditLog,
  ) {
    const { officialAccount, matchCode, addressMismatch } = config.scan;
    // A push has no address and nobody types a code into it: what asks for either needs the page.
    this.isDirect = officialAccount === 'direct' && matchCode === 'off' && addressMismatch === 'flag';
  }

  /** What the person reads in the account; nothing where the scene is no scan of ours. */
  async take(message: PushMessage): Promise<string | undefined> {
    const scanId = sceneOf(message);
    const ticket = scanId === undefined ? undefined : await this.tickets.find(scanId);
    if (scanId === undefined || !ticket || !isOf(ticket, message)) return undefined;
    if (hasConfirmed(ticket, message.fromUser)) return scanWords.confirmed;
    try {
      await this.hold(scanId, message.fromUser);
      if (this.isDirect)
        return await this.decisions.counted(() => this.confirm(scanId, ticket, message.fromUser));
      return scanWords.request(ticket, confirmPage(this.config, scanId));
    } catch (error) {
      return refusalOf(error);
    }
  }

  private async hold(scanId: string, openid: string): Promise<void> {
    await this.tickets.change(scanId, (ticket) =>
      scan(ticket, { openidHash: hashSecret(openid) }, isHeldBy(ticket, openid), Date.now()),
    );
  }

  private async confirm(scanId: string, ticket: ScanTicket, openid: string): Promise<string> {
    const { appId, codeChallenge, address, userAgent } = ticket;
    try {
      const proof = await this.proofOf(appId, openid);
      const grant = await this.login.grantByWechat(proof, { address, userAgent });
      await this.decisions.admit(scanId, { ...grant, codeChallenge });
      this.audit.record({ event: 'scan_confirmed', outcome: 'success', userId: grant.userId, appId });
      return scanWords.confirmed;
    } catch (error) {
      if (isTheirs(error)) await this.tickets.change(scanId, (current) => reject(current, true, Date.now()));
      throw error;
    }
  }

  /** The push proves the openid; the unionid is asked for, and where it is not to be had a later login brings it. */
  private async proofOf(appId: string, openid: string): Promise<WechatProof> {
    const app = this.apps.find('official-account', appId);
    const follower = await this.appApi.follower(app, openid, followerWithinMs).catch(() => undefined);
    const unionid = follower?.unionid;
    const known = unionid !== undefined ? 'present' : follower?.subscribed ? 'app_not_bound' : 'scope_base';
    return { kind: 'official-account', appId, openid, unionid, unionidStatus: known };
  }
}

/** Of a `subscribe` by scanning the scene has a prefix; what a scene itself begins with is its own. */
function sceneOf({ event, eventKey = '' }: PushMessage): string | undefined {
  if (event === 'scan') return eventKey;
  return scenePrefix.test(eventKey) ? eventKey.replace(scenePrefix, '') : undefined;
}

function isOf(ticket: ScanTicket, { appId }: PushMessage): boolean {
  return ticket.via === 'official-account' && ticket.appId === appId;
}

function isHeldBy({ holder }: ScanTicket, openid: string): boolean {
  return holder !== undefined && 'openidHash' in holder && holder.openidHash === hashSecret(openid);
}

/** A push that is acted on again, because an answer was lost. */
function hasConfirmed(ticket: ScanTicket, openid: string): boolean {
  return ticket.status === 'confirmed' && isHeldBy(ticket, openid);
}

/** Whether it would be the same at another try. */
function isTheirs(error: unknown): error is AppError {
  return error instanceof AppError && error.status < 500;
}

function refusalOf(error: unknown): string {
  if (!isTheirs(error)) throw error;
  return scanWords.refused(error);
}
