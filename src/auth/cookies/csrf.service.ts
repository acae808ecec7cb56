import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/app-error.js';
import { csrfTokenOf } from '../../session/csrf-token.js';
import { SessionCookies } from '../../session/session-cookies.service.js';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Tells a page of ours from another site's, where a cookie would speak for both. */
@Injectable()
export class Csrf {
  constructor(private readonly cookies: SessionCookies) {}

  /**
   * What an unsafe method with a cookie must show: the header, equal to the readable cookie, of this very session.
   * @throws AppError csrf_invalid
   */
  require(request: FastifyRequest, familyHash: string): void {
    const sent = request.headers['x-csrf-token'];
    const expected = csrfTokenOf(familyHash);
    if (typeof sent !== 'string' || !equal(sent, expected) || this.cookies.csrfToken(request) !== sent) {
      throw new AppError('csrf_invalid');
    }
  }

  isSafe(method: string): boolean {
    return safeMethods.has(method.toUpperCase());
  }
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
