import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { whenceOf } from '../platform/http/client-address.js';
import { AccessTokens } from '../session/access-tokens.service.js';
import { SessionCookies } from '../session/session-cookies.service.js';
import { SessionEnds, type Ending, type Owned } from '../session/session-ends.service.js';
import type { Delivered, DeliveryMode, Issued, LoginTokens, RefreshedTokens } from './login.schemas.js';

/** Hands tokens over as the client asked: in the body, or in cookies and then nowhere else. */
@Injectable()
export class TokenDelivery {
  private readonly logger = new Logger('TokenDelivery');

  constructor(
    private readonly cookies: SessionCookies,
    private readonly tokens: AccessTokens,
    private readonly ends: SessionEnds,
  ) {}

  /** The tokens of a login: in cookies they take the place of another session's, which ends with that. */
  async deliverLogin(
    request: FastifyRequest,
    reply: FastifyReply,
    issued: Issued<LoginTokens>,
    mode: DeliveryMode = 'token',
  ): Promise<Delivered<LoginTokens>> {
    if (mode === 'cookie') await this.endReplaced(request, issued.sessionId);
    return this.deliver(reply, issued, mode);
  }

  deliver<Tokens extends RefreshedTokens>(
    reply: FastifyReply,
    issued: Issued<Tokens>,
    mode: DeliveryMode,
  ): Delivered<Tokens> {
    const { csrfToken, ...tokens } = issued;
    if (mode === 'token') return tokens;
    this.cookies.set(reply, issued, csrfToken);
    const { tokenType: _type, accessToken: _access, refreshToken: _refresh, ...rest } = tokens;
    return rest;
  }

  /**
   * Nobody could log it out any more once its cookies are gone. The login stands, whether or not this succeeds.
   */
  private async endReplaced(request: FastifyRequest, by: string): Promise<void> {
    const replaced = this.sessionInCookies(request);
    if (!replaced || replaced.id === by) return;
    await this.ends.endReplaced(replaced, by, whenceOf(request)).catch((error: unknown) => {
      this.logger.warn('the session that a login replaced could not be ended', error);
    });
  }

  private sessionInCookies(request: FastifyRequest): (Owned & Ending) | undefined {
    const token = this.cookies.accessToken(request);
    if (token === undefined) return undefined;
    try {
      const { sid, sub, client_id: clientId } = this.tokens.verify(token);
      return { id: sid, userId: sub, clientId };
    } catch {
      return undefined;
    }
  }
}
