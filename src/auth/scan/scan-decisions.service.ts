import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { Config } from '../../platform/config/config.js';
import { hashSecret } from '../../platform/crypto/secrets.js';
import { AppError, type Language } from '../../platform/errors/app-error.js';
import { isoTime } from '../../platform/http/iso-time.js';
import { StoreUnavailableError } from '../../platform/store/store-unavailable-error.js';
import type { Caller } from '../../platform/http/caller.decorator.js';
import { Metrics } from '../../platform/observability/metrics.js';
import { withOutcome } from '../../platform/observability/with-outcome.js';
import { addressGroup } from '../../platform/http/client-address.js';
import { Sessions } from '../../session/sessions.service.js';
import { IdentityLinks } from '../../users/identity-links.service.js';
import { Users } from '../../users/users.service.js';
import { LoginCodes, type LoginGrant } from '../login-codes.service.js';
import type { Visit } from '../visit.js';
import {
  confirm,
  hasNoTriesLeft,
  refusalToDecide,
  refusalToShow,
  reject,
  scan,
  tryMatchCode,
  type ScanTicket,
} from './scan-ticket.js';
import { ScanTickets } from './scan-tickets.service.js';
import type { ScanOutcome, ScanRequest } from './scan.schemas.js';
import { Scans } from './scans.service.js';

/** What the phone sees of a scan, and decides. */
@Injectable()
export class ScanDecisions {
  constructor(
    private readonly config: Config,
    private readonly tickets: ScanTickets,
    private readonly scans: Scans,
    private readonly loginCodes: LoginCodes,
    private readonly sessions: Sessions,
    private readonly users: Users,
    private readonly links: IdentityLinks,
    private readonly audit: AuditLog,
    private readonly metrics: Metrics,
  ) {}

  /**
   * What the phone is about to let in.
   * @throws AppError not_found, scan_state, scan_expired
   */
  async show(scanId: string, caller: Caller): Promise<ScanRequest> {
    const ticket = await this.tickets.require(scanId);
    const refusal = refusalToShow(ticket, await this.isHolder(ticket, caller), Date.now());
    if (refusal) throw new AppError(refusal);
    return {
      address: ticket.address,
      userAgent: ticket.userAgent ?? null,
      createdAt: isoTime(ticket.createdAt),
      expiresAt: isoTime(ticket.expiresAt),
      matchCodeRequired: ticket.matchCode !== undefined,
    };
  }

  /** From now on this user alone may decide. @throws AppError not_found, scan_state, scan_expired */
  async scanned(scanId: string, caller: Caller): Promise<ScanOutcome> {
    const isKnown = await this.isHolder(await this.tickets.require(scanId), caller);
    const { userId } = caller;
    const { status } = await this.tickets.change(scanId, (ticket) =>
      scan(ticket, { userId }, isKnown || isUser(ticket, userId), Date.now()),
    );
    return { status };
  }

  /**
   * Lets the computer in as the caller, whose session must still stand when it comes.
   * @throws AppError not_found, scan_state, scan_expired, forbidden, user_locked, invalid_request where the match code is wrong
   */
  async confirm(scanId: string, caller: Caller, visit: Visit, matchCode?: string): Promise<ScanOutcome> {
    return this.counted(() => this.confirmAs(caller, scanId, visit, matchCode));
  }

  /** Counts how a login by a scan ends, whoever decides. */
  counted<Result>(login: () => Promise<Result>): Promise<Result> {
    return withOutcome(login, (outcome) => this.metrics.count('logins', { door: 'scan', outcome }));
  }

  private async confirmAs(
    caller: Caller,
    scanId: string,
    visit: Visit,
    matchCode: string | undefined,
  ): Promise<ScanOutcome> {
    const ticket = await this.tickets.require(scanId);
    const isHolder = await this.isHolder(ticket, caller);
    const refusal = refusalToDecide(ticket, isHolder, Date.now());
    if (refusal) throw new AppError(refusal);
    this.refuseFarPhone(ticket, caller, visit);
    if (!(await this.hasMatchCode(scanId, ticket, matchCode))) {
      await this.refuseMatchCode(scanId, ticket, caller, visit);
    }
    const grant = await this.grantOf(ticket, caller);
    await this.admit(scanId, grant);
    this.record('scan_confirmed', ticket, caller, visit);
    if (isFar(ticket, visit)) this.record('scan_address_mismatch', ticket, caller, visit);
    return { status: 'confirmed' };
  }

  /** @throws AppError not_found, scan_state, scan_expired */
  async reject(scanId: string, caller: Caller, visit: Visit): Promise<ScanOutcome> {
    const ticket = await this.tickets.require(scanId);
    const isHolder = await this.isHolder(ticket, caller);
    const { status } = await this.tickets.change(scanId, (current) => reject(current, isHolder, Date.now()));
    this.record('scan_rejected', ticket, caller, visit);
    return { status };
  }

  /**
   * Lets the computer in by decision of the scan's holder, with the one login code; of many decisions at once one stands, and the codes of the others are taken back.
   * @throws AppError scan_state, scan_expired, user_locked
   */
  async admit(scanId: string, grant: LoginGrant): Promise<void> {
    await this.users.requireActive(grant.userId);
    const loginCode = await this.loginCodes.issue(grant);
    const outcome = this.scans.sealOutcome(scanId, { loginCode, userId: grant.userId });
    try {
      await this.tickets.change(scanId, (ticket) => confirm(ticket, outcome, true, Date.now()));
    } catch (error) {
      // Where the store broke off, the scan may be confirmed with this code; then it serves, or ends by itself.
      if (!(error instanceof StoreUnavailableError))
        await this.loginCodes.revoke(loginCode).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Whoever scanned by the official account is known by the openid until they come here; and whoever turned out since to
   * be another user is that one.
   */
  private async isHolder({ holder, appId }: ScanTicket, { userId }: Caller): Promise<boolean> {
    if (holder === undefined) return false;
    if ('userId' in holder) return this.users.hasBecome(holder.userId, userId);
    const identities = await this.links.list(userId);
    return identities.some(
      (identity) => identity.appId === appId && hashSecret(identity.openid) === holder.openidHash,
    );
  }

  private async grantOf({ via, appId, codeChallenge }: ScanTicket, caller: Caller): Promise<LoginGrant> {
    const { id: sessionId, authenticatedAt, maxExpiresAt } = await this.sessions.get(caller);
    const parent = { sessionId, authenticatedAt, maxExpiresAt };
    return { userId: caller.userId, isNewUser: false, via, clientId: appId, codeChallenge, parent };
  }

  private refuseFarPhone(ticket: ScanTicket, caller: Caller, visit: Visit): void {
    if (this.config.scan.addressMismatch !== 'block' || !isFar(ticket, visit)) return;
    this.record('scan_address_mismatch', ticket, caller, visit, 'address');
    throw new AppError('forbidden');
  }

  /** Whether the phone knows what the computer shows; counts as a try. @throws AppError scan_state */
  private async hasMatchCode(
    scanId: string,
    { matchCode: expected }: ScanTicket,
    given: string | undefined,
  ): Promise<boolean> {
    if (expected === undefined) return true;
    if (given === undefined) throw wrongMatchCode();
    await this.tickets.change(scanId, (ticket) => tryMatchCode(ticket, true, Date.now()));
    return isSame(given, expected);
  }

  private async refuseMatchCode(
    scanId: string,
    ticket: ScanTicket,
    caller: Caller,
    visit: Visit,
  ): Promise<never> {
    const { status } = await this.tickets.change(scanId, (current) =>
      hasNoTriesLeft(current) ? reject(current, true, Date.now()) : current,
    );
    if (status === 'rejected') this.record('scan_rejected', ticket, caller, visit, 'match_code');
    throw wrongMatchCode();
  }

  /** @param reason where it was not the person's own decision */
  private record(
    event: AuditEvent,
    { appId }: ScanTicket,
    { userId }: Caller,
    { address, userAgent }: Visit,
    reason?: 'match_code' | 'address',
  ): void {
    const outcome = reason === undefined ? 'success' : 'failure';
    const blocked = reason !== undefined;
    this.audit.record({ event, outcome, blocked, reason, userId, appId, address, userAgent });
  }
}

function isUser({ holder }: ScanTicket, userId: string): boolean {
  return holder !== undefined && 'userId' in holder && holder.userId === userId;
}

/** Whether the phone is at another address than the computer. */
function isFar(ticket: ScanTicket, visit: Visit): boolean {
  return addressGroup(ticket.address) !== addressGroup(visit.address);
}

/** By hashes, which have one length. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(given)), Buffer.from(hashSecret(expected)));
}

function wrongMatchCode(): AppError {
  const words = { zh: '与电脑上显示的不一致', en: 'is not what the computer shows' };
  return new AppError('invalid_request', {
    details: (language: Language) => ({ fields: [{ path: 'matchCode', message: words[language] }] }),
  });
}
