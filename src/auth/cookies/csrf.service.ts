import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Refusals } from '../../audit/refusals.service.js';
import { sameText } from '../../platform/crypto/secrets.js';
import { AppError, type Concerned } from '../../platform/errors/app-error.js';
import { whenceOf } from '../../platform/http/client-address.js';
import { csrfTokenOf } from '../../session/csrf-token.js';
import { SessionCookies } from '../../session/session-cookies.service.js';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Tells a page of ours from another site's, where a cookie would speak for both. */
@Injectable()
export class Csrf {
  constructor(
    private readonly cookies: SessionCookies,
    private readonly refusals: Refusals,
  ) {}

  /**
   * What an unsafe method with a cookie must show: the header, equal to the readable cookie, of this very session.
   * @param about whose session it is, where that is known: for the audit log
   * @throws AppError csrf_invalid
   */
  require(request: FastifyRequest, familyHash: string, about?: Concerned): void {
    if (this.isShown(request, csrfTokenOf(familyHash))) return;
    const refusal = new AppError('csrf_invalid', { about });
    void this.refusals.remember({ event: 'csrf_refused', ...whenceOf(request) }, refusal);
    throw refusal;
  }

  isSafe(method: string): boolean {
    return safeMethods.has(method.toUpperCase());
  }

  private isShown(request: FastifyRequest, expected: string): boolean {
    const sent = request.headers['x-csrf-token'];
    return typeof sent === 'string' && sameText(sent, expected) && this.cookies.csrfToken(request) === sent;
  }
}
