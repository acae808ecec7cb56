import type { CookieSerializeOptions } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../platform/config/config.js';

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
    const secure = publicUrl.startsWith('https:');
    const shared = { secure, sameSite: 'lax' as const };
    // Browsers hold such names to https, and __Host- to this host and the whole site.
    const host = secure ? '__Host-' : '';
    const path = new URL(publicUrl).pathname.replace(/\/$/, '') + refreshPath;
    this.access = { name: `${host}wxpass_access`, options: { ...shared, path: '/', httpOnly: true } };
    this.csrf = { name: `${host}wxpass_csrf`, options: { ...shared, path: '/' } };
    this.refresh = {
      name: `${secure ? '__Secure-' : ''}wxpass_refresh`,
      options: { ...shared, path, httpOnly: true },
    };
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
