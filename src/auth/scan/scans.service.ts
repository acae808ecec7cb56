import { randomBytes, randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { takePlace } from '../../audit/take-place.js';
import { Config } from '../../platform/config/config.js';
import type { WechatApp } from '../../platform/config/wechat-app.js';
import { Sealer } from '../../platform/crypto/sealer.js';
import { hashSecret } from '../../platform/crypto/secrets.js';
import { AppError } from '../../platform/errors/app-error.js';
import { addressGroup } from '../../platform/http/client-address.js';
import { KeyValueStore } from '../../platform/store/key-value-store.js';
import { Users } from '../../users/users.service.js';
import { WechatAppApi } from '../../wechat/wechat-app-api.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import { LoginCodes } from '../login-codes.service.js';
import type { Visit } from '../visit.js';
import {
  cancel,
  isFinal,
  passedThrough,
  statusAt,
  type ScanKind,
  type ScanStatus,
  type ScanTicket,
} from './scan-ticket.js';
import { ScanTickets } from './scan-tickets.service.js';
import { ScanWaiting, type Transport } from './scan-waiting.service.js';
import type { ScanWatch } from './scan-watch.js';
import type { CreatedScan, ScanOutcome, ScanView } from './scan.schemas.js';

export const pollIntervalSeconds = 2;
/** How often who waits looks again unasked, since a message may be lost. */
const recheckMs = 15_000;
const longestUserAgent = 512;

export interface NewScan {
  via: ScanKind;
  appId?: string | undefined;
  codeChallenge?: string | undefined;
}

const outcomeSchema = z.object({ loginCode: z.string(), userId: z.string() });
/** What lets the computer in, and whom it may greet then. */
export type Outcome = z.infer<typeof outcomeSchema>;

/** Scans as the browser sees them that began them. */
@Injectable()
export class Scans {
  constructor(
    private readonly config: Config,
    private readonly store: KeyValueStore,
    private readonly sealer: Sealer,
    private readonly apps: WechatApps,
    private readonly appApi: WechatAppApi,
    private readonly tickets: ScanTickets,
    private readonly waiting: ScanWaiting,
    private readonly loginCodes: LoginCodes,
    private readonly users: Users,
  ) {}

  /**
   * Begins a scan.
   * @param browser the cookie of the browser that may ask for it
   * @throws AppError unknown_app, too_many_requests; of an official account what its QR code comes to
   */
  async begin(wish: NewScan, browser: string, visit: Visit): Promise<CreatedScan> {
    const app = this.apps.find(wish.via, wish.appId);
    await takePlace(this.store, 'scans', addressGroup(visit.address), this.config.scan.beganByAddress);
    const scanId = this.tickets.newId();
    const scanToken = randomBytes(32).toString('base64url');
    const link = await this.linkOf(scanId, wish.via, app);
    const hashes = { browserHash: hashSecret(browser), tokenHash: hashSecret(scanToken) };
    const ticket = { ...this.newTicket(wish, visit), appId: app.appId, link, ...hashes };
    await this.tickets.add(scanId, ticket);
    const { matchCode } = ticket;
    return {
      scanId,
      scanToken,
      status: 'pending',
      qr: { content: link, imageUrl: `${this.config.publicUrl}/api/v1/auth/scans/${scanId}/qr.png` },
      ...(matchCode !== undefined && { matchCode }),
      expiresIn: Math.ceil(this.config.scan.ttlMs / 1000),
      pollInterval: pollIntervalSeconds,
    };
  }

  /**
   * How it stands: at the first change from what is known, or after `waitMs`.
   * @param watching is given what ends the wait early
   */
  async ask(
    scanId: string,
    ticket: ScanTicket,
    { waitMs, known }: { waitMs: number; known?: ScanStatus | undefined },
    watching: (watch: ScanWatch) => void,
  ): Promise<ScanView> {
    const status = statusAt(ticket, Date.now());
    if (waitMs === 0 || isFinal(status) || (known !== undefined && known !== status)) {
      return this.view(scanId, ticket, status);
    }
    const watch = this.waiting.open(scanId, 'long-poll');
    watch.endAfter(waitMs);
    watching(watch);
    for await (const news of this.follow(scanId, watch, status)) if (news) break;
    const now = await this.tickets.require(scanId);
    return this.view(scanId, now, statusAt(now, Date.now()));
  }

  /** For those who go on waiting; to be ended by its owner. @throws AppError too_many_requests */
  watch(scanId: string, transport: Transport): ScanWatch {
    return this.waiting.open(scanId, transport);
  }

  /**
   * Each status from now on, until the last one or the end of the watch; nothing from time to time, while there is no
   * news. What every transport that waits is made of.
   */
  async *follow(
    scanId: string,
    watch: ScanWatch,
    known?: ScanStatus,
  ): AsyncGenerator<ScanView | undefined, void> {
    try {
      for (let last = known; ;) {
        const ticket = await this.tickets.require(scanId);
        for (const status of passedThrough(last, ticket, Date.now())) {
          yield await this.view(scanId, ticket, status);
          last = status;
        }
        if (isFinal(last) || watch.isOver) return;
        const untilExpiryMs = Math.max(1, ticket.expiresAt - Date.now());
        const hasNews = await watch.next(Math.min(recheckMs, untilExpiryMs));
        if (watch.isOver) return;
        if (!hasNews && untilExpiryMs > recheckMs) yield undefined;
      }
    } finally {
      watch.end();
    }
  }

  /** @throws AppError scan_state where it was decided */
  async cancel(scanId: string): Promise<ScanOutcome> {
    const ticket = await this.tickets.change(scanId, (current) => cancel(current, Date.now()));
    return { status: statusAt(ticket, Date.now()) };
  }

  /** What confirming leaves for the browser, so that the store cannot read it. */
  sealOutcome(scanId: string, outcome: Outcome): string {
    return this.sealer.seal(JSON.stringify(outcome), placeOf(scanId));
  }

  private async view(scanId: string, ticket: ScanTicket, status: ScanStatus): Promise<ScanView> {
    if (status !== 'confirmed' || ticket.outcome === undefined) return { status };
    const opened = this.sealer.open(ticket.outcome, placeOf(scanId));
    const { loginCode, userId } = outcomeSchema.parse(JSON.parse(opened));
    const user = await this.personOf(userId);
    if (!user) return { status };
    return (await this.loginCodes.stands(loginCode)) ? { status, loginCode, user } : { status, user };
  }

  /** Nobody where the person has been erased or has become another since. */
  private async personOf(userId: string): Promise<ScanView['user']> {
    const user = await this.users.get(userId).catch((error: unknown) => {
      if (error instanceof AppError && error.error === 'not_found') return undefined;
      throw error;
    });
    return user && { nickname: user.nickname, avatarUrl: user.avatarUrl };
  }

  private newTicket({ via, codeChallenge }: NewScan, { address, userAgent }: Visit) {
    const { ttlMs, matchCode } = this.config.scan;
    const createdAt = Date.now();
    return {
      status: 'pending' as const,
      via,
      address,
      userAgent: userAgent?.slice(0, longestUserAgent),
      createdAt,
      expiresAt: createdAt + ttlMs,
      codeChallenge,
      matchCode: matchCode === 'required' ? newMatchCode() : undefined,
      matchTries: 0,
    };
  }

  /** The page opens the mini program where the operator has set this link up at WeChat, and else asks by itself. */
  private async linkOf(scanId: string, via: ScanKind, app: WechatApp): Promise<string> {
    if (via === 'mini-program') return confirmPage(this.config, scanId);
    const ttlSeconds = Math.ceil(this.config.scan.ttlMs / 1000);
    return (await this.appApi.createSceneQr(app, scanId, ttlSeconds)).url;
  }
}

/** Where a person sees what asks to be let in, and decides. */
export function confirmPage({ publicUrl }: Config, scanId: string): string {
  return `${publicUrl}/login/confirm?scan=${scanId}`;
}

function newMatchCode(): string {
  return String(randomInt(10_000)).padStart(4, '0');
}

function placeOf(scanId: string): string {
  return `scan:${scanId}`;
}
