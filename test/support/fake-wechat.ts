import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { AppError } from '../../src/platform/errors/app-error.js';

export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

export const text =
  (body: string | Buffer, contentType = 'text/plain', status = 200): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': contentType }).end(body);

export const json = (body: unknown): Reply => text(JSON.stringify(body));

export const rid = '6650a1b2-1c2d3e4f-5a6b7c8d';

export const refusal = (errcode: unknown, errmsg: string): Reply =>
  json({ errcode, errmsg: `${errmsg}, rid: ${rid}` });

export const silence: Reply = () => undefined;
export const reset: Reply = (_, request) => request.socket.resetAndDestroy();

interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

/** Plays WeChat on loopback: gives its replies in turn, the last one for ever, and remembers what it was asked. */
export class FakeWechat {
  readonly asked: Asked[] = [];
  readonly connections = new Set<Socket>();
  private replies: Reply[] = [];

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.connections.add(socket));
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<FakeWechat> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new FakeWechat(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  answers(...replies: Reply[]): void {
    this.replies = replies;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.asked.push({ method, url, headers, body: Buffer.concat(chunks).toString(), at: performance.now() });
    const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
    reply?.(response, request);
  }
}

/** The error of a call, which must be of ours and keep the secrets, wherever it comes from. */
export async function failureOf(call: Promise<unknown>, secrets: readonly string[]): Promise<AppError> {
  const error = await call.then(
    (answer) => new Error(`the call went through: ${inspect(answer)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error;
  const shown = `${JSON.stringify(error)}${inspect(error, { depth: 10, showHidden: true })}${error.stack}${JSON.stringify(error.detailsIn('en'))}`;
  for (const secret of secrets) expect(shown).not.toContain(secret);
  return error;
}
