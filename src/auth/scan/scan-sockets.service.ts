import { once } from 'node:events';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { z } from 'zod';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { failure } from '../../platform/http/envelope.js';
import { languageOf } from '../../platform/http/language.js';
import { toAppError } from '../../platform/http/to-app-error.js';
import { takeUpgrades } from '../../platform/http/upgrades.js';
import { ScanOwners } from './scan-owners.service.js';
import { ScanTickets } from './scan-tickets.service.js';
import { Scans } from './scans.service.js';

const path = /^\/api\/v1\/auth\/scans\/([\w-]{1,64})\/socket$/;
const maxMessageBytes = 4 * 1024;
const tokenWithinMs = 10_000;
/** Connections of which nobody knows yet whose they are. */
const unknownAllowed = 1_000;
const closeWithinMs = 500;

const closing = { done: 1000, goingAway: 1001, refused: 1008, tryAgain: 1013 };

const tokenMessage = z.object({ scanToken: z.string() });

/** Scans over WebSocket: the same messages as the stream of events. */
@Injectable()
export class ScanSockets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Scan');
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  private readonly origins: ReadonlySet<string>;
  private unknown = 0;
  private isStopping = false;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly tickets: ScanTickets,
    private readonly owners: ScanOwners,
    private readonly scans: Scans,
    { publicUrl, corsOrigins }: Config,
  ) {
    this.origins = new Set([new URL(publicUrl).origin, ...corsOrigins]);
  }

  onApplicationBootstrap(): void {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    takeUpgrades(server, (request, socket, head) => {
      const scanId = scanIdOf(request);
      if (scanId === undefined) return false;
      this.open(scanId, request, socket, head).catch((error: unknown) => refuse(request, socket, error));
      return true;
    });
  }

  /** The listener does not close before the last connection has ended. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    const open = [...this.sockets.clients];
    for (const socket of open) socket.close(closing.goingAway);
    const closed = Promise.all(open.map((socket) => once(socket, 'close').catch(() => undefined)));
    const limit = setTimeout(() => open.forEach((socket) => socket.terminate()), closeWithinMs);
    await closed.finally(() => clearTimeout(limit));
  }

  private async open(scanId: string, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    this.requireOrigin(request);
    if (this.isStopping || this.unknown >= unknownAllowed) {
      throw new AppError('dependency_unavailable', { retryAfterSeconds: 1 });
    }
    await this.tickets.require(scanId);
    const isKnown = await this.owners.isOwner(scanId, request.headers);
    this.sockets.handleUpgrade(request, socket, head, (opened) => void this.serve(opened, scanId, isKnown));
  }

  /** Browsers always say where a page comes from; what says nothing is no browser, and has no cookie of one. */
  private requireOrigin({ headers: { origin } }: IncomingMessage): void {
    if (origin !== undefined && !this.origins.has(origin)) throw new AppError('forbidden');
  }

  private async serve(socket: WebSocket, scanId: string, isKnown: boolean): Promise<void> {
    socket.on('error', () => socket.terminate());
    try {
      if (isKnown || (await this.hasToken(socket, scanId))) await this.tell(socket, scanId);
      else socket.close(closing.refused, 'not_found');
    } catch (error) {
      const { error: name } = toAppError(error);
      if (name === 'internal_error') this.logger.error('a socket failed', error);
      socket.close(closing.tryAgain, name);
    }
  }

  private async tell(socket: WebSocket, scanId: string): Promise<void> {
    if (socket.readyState !== socket.OPEN) return;
    const watch = this.scans.watch(scanId);
    socket.on('close', () => watch.end());
    for await (const view of this.scans.follow(scanId, watch)) {
      if (view) socket.send(JSON.stringify(view));
      else socket.ping();
    }
    socket.close(this.isStopping ? closing.goingAway : closing.done);
  }

  private async hasToken(socket: WebSocket, scanId: string): Promise<boolean> {
    this.unknown += 1;
    try {
      const token = await firstMessage(socket);
      return token !== undefined && (await this.owners.isOwner(scanId, { 'x-scan-token': token }));
    } finally {
      this.unknown -= 1;
    }
  }
}

function scanIdOf({ url = '', headers }: IncomingMessage): string | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  return path.exec(url.split('?', 1)[0]!)?.[1];
}

/** The token of the first message, if it comes in time. */
function firstMessage(socket: WebSocket): Promise<string | undefined> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve(undefined), tokenWithinMs);
    const settle = (token: string | undefined) => {
      clearTimeout(limit);
      resolve(token);
    };
    socket.once('message', (data: RawData) => settle(tokenOf((data as Buffer).toString('utf8'))));
    socket.once('close', () => settle(undefined));
  });
}

/** `{"scanToken": "…"}`, or the bare token. */
function tokenOf(text: string): string | undefined {
  try {
    return tokenMessage.safeParse(JSON.parse(text)).data?.scanToken;
  } catch {
    return text;
  }
}

/** Before the upgrade there is an answer as of any other request. */
function refuse(request: IncomingMessage, socket: Socket, thrown: unknown): void {
  const error = toAppError(thrown);
  const body = JSON.stringify(failure(error, languageOf(request.headers)));
  const lines = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    'content-type: application/json; charset=utf-8',
    'cache-control: no-store',
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(error.retryAfterSeconds === undefined ? [] : [`retry-after: ${error.retryAfterSeconds}`]),
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
