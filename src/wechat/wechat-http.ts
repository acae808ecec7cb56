import { Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { Config } from '../platform/config/config.js';
import { Metrics } from '../platform/observability/metrics.js';
import { endOfCall, errcodeOf } from './end-of-call.js';
import { NoReply } from './no-reply.js';
import type { SendLimits } from './send-once.js';
import { wechatDispatcher } from './wechat-dispatcher.js';
import { tracedCall } from './traced-call.js';
import { unreachable } from './wechat-errors.js';
import { notJson, type WechatAnswer, WechatHost, type WechatRequest } from './wechat-host.js';

const callLimitMs = 5_000;

/**
 * The wire to WeChat's API: one pool of kept connections, a time limit on everything, no redirects, a circuit for
 * each host and kind of endpoint, alternate hosts for what never left. Its errors never hold the request or the body,
 * for both carry secrets.
 *
 * All calls take `query`, parameters in the order of the documentation, each sent as one encoded value, and `withinMs`,
 * the milliseconds that are left; a single try never takes longer than `WECHAT_TIMEOUT`. All throw AppError
 * `wechat_unavailable` on time-out, reset, refusal, 5xx and an open circuit, and `wechat_error` on an answer of another form.
 */
@Injectable()
export class WechatHttp implements OnApplicationShutdown {
  private readonly timeoutMs: number;
  private readonly dispatcher: Dispatcher;
  /** The configured one, then its alternates. */
  private readonly hosts: readonly WechatHost[];

  constructor(
    { wechat }: Config,
    private readonly metrics: Metrics,
    @Optional() now: () => number = () => performance.now(),
  ) {
    this.timeoutMs = wechat.timeoutMs;
    this.dispatcher = wechatDispatcher(wechat.timeoutMs, wechat.proxyUrl);
    this.hosts = [wechat.apiUrl, ...wechat.apiFallbackUrls].map(
      (url) => new WechatHost(url, this.dispatcher, now),
    );
    metrics.read('circuitOpen', () => this.circuits());
  }

  /** The JSON that WeChat answers, whatever content type it claims. */
  async get(path: string, query: Record<string, string>, withinMs = callLimitMs): Promise<unknown> {
    return jsonOf(await this.ask({ method: 'GET', path, query }, withinMs));
  }

  /** The JSON that WeChat answers to a body of JSON. */
  async post(
    path: string,
    query: Record<string, string>,
    body: unknown,
    withinMs = callLimitMs,
  ): Promise<unknown> {
    return jsonOf(await this.ask({ method: 'POST', path, query, body }, withinMs));
  }

  /** The JPEG or PNG that WeChat answers, or the JSON that it answers instead. */
  async postForImage(
    path: string,
    query: Record<string, string>,
    body: unknown,
    withinMs = callLimitMs,
  ): Promise<WechatAnswer> {
    return this.ask({ method: 'POST', path, query, body }, withinMs);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /** Goes on to the next host only while nothing has left, for what has may have used up a code. */
  private async ask(request: WechatRequest, withinMs: number): Promise<WechatAnswer> {
    const deadline = performance.now() + withinMs;
    const reasons: string[] = [];
    for (const host of this.hosts) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return refuse([...reasons, 'no time is left']);
      try {
        return await tracedCall(host, request, () =>
          this.measured(request, () => host.ask(request, this.limitsOf(host, leftMs))),
        );
      } catch (error) {
        if (!(error instanceof NoReply)) throw error;
        reasons.push(`${host.name}: ${error.reason}`);
        if (error.sent) break;
      }
    }
    return refuse(reasons);
  }

  private async measured(
    { path: endpoint }: WechatRequest,
    ask: () => Promise<WechatAnswer>,
  ): Promise<WechatAnswer> {
    const startedAt = performance.now();
    const note = (errcode: string) => {
      this.metrics.count('wechatRequests', { endpoint, errcode });
      if (errcode === 'circuit_open') return;
      this.metrics.observe('wechatRequestDuration', { endpoint }, (performance.now() - startedAt) / 1000);
    };
    try {
      const answer = await ask();
      note(errcodeOf(answer));
      return answer;
    } catch (error) {
      note(endOfCall(error));
      throw error;
    }
  }

  private circuits() {
    return this.hosts.flatMap((host) =>
      host.openCircuits().map(({ kind, isOpen }) => ({ host: host.name, kind, value: Number(isOpen) })),
    );
  }

  /** A host that does not even connect leaves time for its alternates. */
  private limitsOf(host: WechatHost, leftMs: number): SendLimits {
    const totalMs = Math.min(leftMs, this.timeoutMs);
    return { totalMs, connectMs: host === this.hosts.at(-1) ? totalMs : totalMs / 2 };
  }
}

function refuse(reasons: string[]): never {
  throw unreachable(reasons.join('; '));
}

function jsonOf(answer: WechatAnswer): unknown {
  if ('image' in answer) throw notJson();
  return answer.answer;
}
