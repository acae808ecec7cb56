import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../platform/config/config.js';
import { cookieNamesOf } from '../../platform/http/cookie-names.js';

const form = /^[\w-]{43}$/;
const maxAgeSeconds = 365 * 24 * 3600;

/** The one cookie that knows a browser again, so that what it began it alone can finish. */
@Injectable()
export class BrowserCookie {
  private readonly secure: boolean;
  private readonly name: string;

  constructor({ publicUrl }: Config) {
    this.secure = publicUrl.startsWith('https:');
    this.name = cookieNamesOf(publicUrl).browser;
  }

  /** What this browser was given; nothing where it was given nothing, or shows what we never gave. */
  read(request: FastifyRequest): string | undefined {
    const value = request.cookies[this.name];
    return value !== undefined && form.test(value) ? value : undefined;
  }

  /** The same from a header that no framework has taken apart. */
  readFrom(header = ''): string | undefined {
    const begin = `${this.name}=`;
    const cookie = header.split(/; */).find((part) => part.startsWith(begin));
    const value = cookie?.slice(begin.length) ?? '';
    return form.test(value) ? value : undefined;
  }

  /** The same, given now where it is none. */
  ensure(request: FastifyRequest, reply: FastifyReply): string {
    return this.read(request) ?? this.give(reply);
  }

  private give(reply: FastifyReply): string {
    const value = randomBytes(32).toString('base64url');
    const { name, secure } = this;
    void reply.setCookie(name, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure,
      maxAge: maxAgeSeconds,
    });
    return value;
  }
}
