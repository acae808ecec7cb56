import { setImmediate as connectionFreed } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { NoReply } from './no-reply.js';
import { unexpectedAnswer } from './wechat-errors.js';

/** Milliseconds from now. */
export interface SendLimits {
  /** Until the request goes onto a connection. */
  connectMs: number;
  /** Until the answer is there as a whole. */
  totalMs: number;
}

/** An answer; the body only where the status is 200. */
export interface Reply {
  status: number;
  body: Buffer;
}

/**
 * Sends a request at most once and knows, where it fails, whether it had left.
 * @throws NoReply on any failure of the network and at each limit; AppError `wechat_error` on what is no HTTP or too large
 */
export async function sendOnce(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limits: SendLimits,
): Promise<Reply> {
  const reply = await new Promise<Reply>((resolve, reject) => {
    dispatcher.dispatch(request, new Attempt(limits, resolve, reject));
  });
  // The pool frees a connection one turn later: a login's second call then needs no new handshake.
  await connectionFreed();
  return reply;
}

class Attempt implements Dispatcher.DispatchHandler {
  private readonly timers: NodeJS.Timeout[];
  private readonly chunks: Buffer[] = [];
  private connection: Dispatcher.DispatchController | undefined;
  private status = 0;
  private over = false;

  constructor(
    limits: SendLimits,
    private readonly resolve: (reply: Reply) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.timers = [
      setTimeout(() => this.connection ?? this.giveUp('no connection in time'), limits.connectMs),
      setTimeout(() => this.giveUp('no answer in time'), limits.totalMs),
    ];
  }

  /** Nothing is written before this returns; what was given up or sent before never is. */
  onRequestStart(connection: Dispatcher.DispatchController): void {
    if (this.over || this.connection) connection.abort(new Error('given up'));
    else this.connection = connection;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    if (status >= 200) this.status = status;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.status === 200) this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.succeed();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.status !== 0 && this.status !== 200) this.succeed();
    else this.fail(faultOf(error, this.connection !== undefined));
  }

  private succeed(): void {
    if (this.finish()) this.resolve({ status: this.status, body: Buffer.concat(this.chunks) });
  }

  private giveUp(reason: string): void {
    this.fail(new NoReply(reason, this.connection !== undefined, 'timeout'));
    this.connection?.abort(new Error('given up'));
  }

  private fail(error: Error): void {
    if (this.finish()) this.reject(error);
  }

  /** Whether this is the first end. */
  private finish(): boolean {
    if (this.over) return false;
    this.over = true;
    this.timers.forEach(clearTimeout);
    return true;
  }
}

function faultOf(error: Error, sent: boolean): Error {
  const reason = reasonOf(error);
  if (reason === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return unexpectedAnswer('the body is too large');
  if (reason === 'HTTPParserError') return unexpectedAnswer('not HTTP');
  return new NoReply(reason, sent, 'network');
}

/** The bare code or name of a network error, for its message and properties may quote what was sent. */
function reasonOf(error: Error): string {
  const proxyStatus = /^Proxy (?:response|Authentication Required) \((\d+)\)/.exec(error.message)?.[1];
  if (proxyStatus) return `the proxy answered HTTP ${proxyStatus}`;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
