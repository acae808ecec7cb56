import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SessionCookies } from '../session/session-cookies.service.js';
import type { Delivered, DeliveryMode, Issued, RefreshedTokens } from './login.schemas.js';

/** Hands tokens over as the client asked: in the body, or in cookies and then nowhere else. */
@Injectable()
export class TokenDelivery {
  constructor(private readonly cookies: SessionCookies) {}

  deliver<Tokens extends RefreshedTokens>(
    reply: FastifyReply,
    issued: Issued<Tokens>,
    mode: DeliveryMode = 'token',
  ): Delivered<Tokens> {
    const { csrfToken, ...tokens } = issued;
    if (mode === 'token') return tokens;
    this.cookies.set(reply, issued, csrfToken);
    const { tokenType: _type, accessToken: _access, refreshToken: _refresh, ...rest } = tokens;
    return rest;
  }
}
