import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { hashSecret } from '../../platform/crypto/secrets.js';
import { AppError } from '../../platform/errors/app-error.js';
import { BrowserCookie } from '../cookies/browser-cookie.service.js';
import type { ScanTicket } from './scan-ticket.js';
import { ScanTickets } from './scan-tickets.service.js';

/** Knows the browser that began a scan: by its cookie, or by the scan's token. */
@Injectable()
export class ScanOwners {
  constructor(
    private readonly tickets: ScanTickets,
    private readonly browser: BrowserCookie,
  ) {}

  /**
   * The ticket, for the browser that began it; for others there is none.
   * @throws AppError not_found
   */
  async require(scanId: string, headers: IncomingHttpHeaders): Promise<ScanTicket> {
    const ticket = await this.tickets.require(scanId);
    const browser = this.browser.readFrom(headers.cookie);
    const token = headers['x-scan-token'];
    if (isSecret(browser, ticket.browserHash) || isSecret(token, ticket.tokenHash)) return ticket;
    throw new AppError('not_found');
  }

  async isOwner(scanId: string, headers: IncomingHttpHeaders): Promise<boolean> {
    try {
      await this.require(scanId, headers);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.error === 'not_found') return false;
      throw error;
    }
  }
}

function isSecret(shown: string | string[] | undefined, hash: string): boolean {
  if (typeof shown !== 'string') return false;
  return timingSafeEqual(Buffer.from(hashSecret(shown)), Buffer.from(hash));
}
