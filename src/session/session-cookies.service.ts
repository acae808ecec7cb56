import type { CookieSerializeOptions } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../platform/config/config.js';
import { cookieNamesOf } from '../platform/http/cookie-names.js';

const refreshPath = '/api/v1/auth/refresh';

/** What cookies carry beside the CSRF token; lives are seconds. */
interface CarriedTokens {
  accessToken: string;
  expiresIn: number;
  refreshToken: string;
  refreshExpiresIn: number;
}

interface Cookie {
  name: string;
  options: CookieSerializeOptions;
}

/** The cookies of cookie mode: two that no script reads, and the CSRF token that a page of ours reads and sends back. */
@Injectable()
export class SessionCookies {
  private readonly access: Cookie;
  private readonly refresh: Cookie;
  private readonly csrf: Cookie;
  private readonly all: Cookie[];

  constructor({ publicUrl }: Config) {
    const { access, refresh, csrf } = cookieNamesOf(publicUrl);
    const shared = { secure: publicUrl.startsWith('https:'), sameSite: 'lax' as const };
    const path = new URL(publicUrl).pathname.replace(/\/$/, '') + refreshPath;
    this.access = { name: access, options: { ...shared, path: '/', httpOnly: true } };
    this.csrf = { name: csrf, options: { ...shared, path: '/' } };
    this.refresh = { name: refresh, options: { ...shared, path, httpOnly: true } };
    this.all = [this.access, this.refresh, this.csrf];
  }

  accessToken(request: FastifyRequest): string | undefined {
    return request.cookies[this.access.name];
  }

  refreshToken(request: FastifyRequest): string | undefined {
    return request.cookies[this.refresh.name];
  }

  csrfToken(request: FastifyRequest): string | undefined {
    return request.cookies[this.csrf.name];
  }

  /** Whether a page of ours asks whose tokens are in cookies, however many of them are left. */
  areUsedBy(request: FastifyRequest): boolean {
    const { headers, cookies } = request;
    if (headers['x-csrf-token'] !== undefined) return true;
    return this.all.some(({ name }) => cookies[name] !== undefined);
  }

  set(reply: FastifyReply, tokens: CarriedTokens, csrfToken: string): void {
    const { accessToken, expiresIn, refreshToken, refreshExpiresIn } = tokens;
    set(reply, this.access, accessToken, expiresIn);
    set(reply, this.refresh, refreshToken, refreshExpiresIn);
    set(reply, this.csrf, csrfToken, refreshExpiresIn);
  }

  clear(reply: FastifyReply): void {
    for (const cookie of this.all) set(reply, cookie, '', 0);
  }
}

function set(reply: FastifyReply, { name, options }: Cookie, value: string, maxAgeSeconds: number): void {
  void reply.setCookie(name, value, { ...options, maxAge: maxAgeSeconds });
}
