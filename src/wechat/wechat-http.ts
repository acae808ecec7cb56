import { setImmediate as connectionFreed } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent } from 'undici';
import { Config } from '../platform/config/config.js';
import type { AppError } from '../platform/errors/app-error.js';
import { unexpectedAnswer, unreachable } from './wechat-errors.js';

const maxResponseBytes = 1024 * 1024;
const maxConnections = 128;

/**
 * The wire to WeChat's API host: one pool of kept connections, a time limit on everything, no redirects.
 * Its errors never hold the request or the body, for both carry secrets.
 */
@Injectable()
export class WechatHttp implements OnApplicationShutdown {
  private readonly origin: string;
  private readonly prefix: string;
  private readonly timeoutMs: number;
  private readonly agent: Agent;

  constructor(config: Config) {
    const base = new URL(config.wechat.apiUrl);
    this.origin = base.origin;
    this.prefix = base.pathname.replace(/\/+$/, '');
    this.timeoutMs = config.wechat.timeoutMs;
    this.agent = new Agent({
      connections: maxConnections,
      connect: { timeout: this.timeoutMs },
      headersTimeout: this.timeoutMs,
      bodyTimeout: this.timeoutMs,
      maxResponseSize: maxResponseBytes,
    });
  }

  /**
   * The JSON that WeChat answers, whatever content type it claims.
   * @param query parameters in the order of the documentation, each sent as one encoded value
   * @param withinMs milliseconds that are left; never more than the configured limit of one call
   * @throws AppError `wechat_unavailable` on time-out, reset, refusal and 5xx; `wechat_error` on any other answer than JSON
   */
  async get(path: string, query: Record<string, string>, withinMs = this.timeoutMs): Promise<unknown> {
    const { status, text } = await this.send(`${path}?${new URLSearchParams(query).toString()}`, withinMs);
    if (status >= 500) throw unreachable(`HTTP ${status}`);
    if (status !== 200) throw unexpectedAnswer(`HTTP ${status}`);
    return parseJson(text);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  private async send(target: string, withinMs: number): Promise<{ status: number; text: string }> {
    try {
      const { statusCode, body } = await this.agent.request({
        origin: this.origin,
        path: this.prefix + target,
        method: 'GET',
        signal: limitOf(Math.min(withinMs, this.timeoutMs)),
      });
      const text = statusCode === 200 ? await body.text() : await body.dump().then(() => '');
      // The pool frees a connection one turn later: a login's second call then needs no new handshake.
      await connectionFreed();
      return { status: statusCode, text };
    } catch (error) {
      throw faultOf(error);
    }
  }
}

function limitOf(milliseconds: number): AbortSignal {
  return milliseconds > 0 ? AbortSignal.timeout(Math.ceil(milliseconds)) : AbortSignal.abort();
}

function faultOf(error: unknown): AppError {
  const reason = reasonOf(error);
  if (reason === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return unexpectedAnswer('the body is too large');
  if (reason === 'HTTPParserError') return unexpectedAnswer('not HTTP');
  return unreachable(reason);
}

/** The bare code or name of a network error, for its message and properties may quote what was sent. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unexpectedAnswer('the body is not JSON');
  }
}
