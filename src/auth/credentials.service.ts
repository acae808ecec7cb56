import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SessionCookies } from '../session/session-cookies.service.js';

/** An access token and how it came; a Bearer token wins over a cookie. */
export interface Credentials {
  token: string;
  byCookie: boolean;
}

/** Finds the access token of a request. */
@Injectable()
export class CredentialsReader {
  constructor(private readonly cookies: SessionCookies) {}

  read(request: FastifyRequest): Credentials | undefined {
    const bearer = bearerToken(request);
    if (bearer !== undefined) return { token: bearer, byCookie: false };
    const token = request.headers.cookie === undefined ? undefined : this.cookies.accessToken(request);
    return token ? { token, byCookie: true } : undefined;
  }
}

function bearerToken({ headers: { authorization } }: FastifyRequest): string | undefined {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  return authorization.slice(7).trim() || undefined;
}
