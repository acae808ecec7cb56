import type { Dispatcher } from 'undici';
import type { AppError } from '../platform/errors/app-error.js';
import { Circuit } from './circuit.js';
import { NoReply } from './no-reply.js';
import { type Reply, type SendLimits, sendOnce } from './send-once.js';
import { saysBusy } from './wechat-api.schemas.js';
import { unexpectedAnswer } from './wechat-errors.js';

/** A call of WeChat's API, the same at every host. */
export interface WechatRequest {
  method: 'GET' | 'POST';
  path: string;
  /** Parameters in the order of the documentation. */
  query: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

/** What WeChat answers: parsed JSON, or the bytes of an image. */
export type WechatAnswer = { answer: unknown } | { image: Buffer };

/** One address of WeChat's API, with a circuit for each kind of endpoint (`sns`, `cgi-bin`, `wxa`). */
export class WechatHost {
  readonly name: string;
  private readonly origin: string;
  private readonly prefix: string;
  private readonly circuits = new Map<string, Circuit>();

  constructor(
    baseUrl: string,
    private readonly dispatcher: Dispatcher,
    private readonly now: () => number,
  ) {
    const { host, origin, pathname } = new URL(baseUrl);
    this.name = host;
    this.origin = origin;
    this.prefix = pathname.replace(/\/+$/, '');
  }

  /**
   * @throws NoReply on time-out, reset, refusal, 5xx and an open circuit; AppError `wechat_error` on any other answer
   *   than JSON or an image
   */
  async ask(request: WechatRequest, limits: SendLimits): Promise<WechatAnswer> {
    const report = this.circuitOf(request.path).enter();
    if (!report) throw new NoReply('the circuit is open', false, 'circuit_open');
    try {
      const answer = answerOf(await sendOnce(this.dispatcher, this.dispatchOptions(request), limits));
      report('image' in answer || !saysBusy(answer.answer));
      return answer;
    } catch (error) {
      report(!(error instanceof NoReply));
      throw error;
    }
  }

  /** Whether calls are refused, by kind of endpoint. */
  openCircuits(): { kind: string; isOpen: boolean }[] {
    return [...this.circuits].map(([kind, { isOpen }]) => ({ kind, isOpen }));
  }

  private circuitOf(path: string): Circuit {
    const kind = path.split('/')[1]!;
    const circuit = this.circuits.get(kind) ?? new Circuit(this.now);
    this.circuits.set(kind, circuit);
    return circuit;
  }

  private dispatchOptions({ method, path, query, body }: WechatRequest): Dispatcher.DispatchOptions {
    return {
      origin: this.origin,
      path: `${this.prefix}${path}?${new URLSearchParams(query).toString()}`,
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    };
  }
}

function answerOf({ status, body }: Reply): WechatAnswer {
  if (status >= 500) throw new NoReply(`HTTP ${status}`, true, 'http_5xx');
  if (status !== 200) throw unexpectedAnswer(`HTTP ${status}`);
  return isImage(body) ? { image: body } : { answer: parseJson(body) };
}

/** Content types are not to be relied on: JPEG and PNG tell by their first bytes. */
function isImage(body: Buffer): boolean {
  const start = body.toString('latin1', 0, 2);
  return start === '\xff\xd8' || start === '\x89P';
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw notJson();
  }
}

export function notJson(): AppError {
  return unexpectedAnswer('the body is not JSON');
}
