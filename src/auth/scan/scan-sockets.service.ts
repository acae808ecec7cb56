import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { z } from 'zod';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { addressGroup, clientAddress } from '../../platform/http/client-address.js';
import { toAppError } from '../../platform/http/to-app-error.js';
import { headOf, routeUpgrades } from '../../platform/http/upgrades.js';
import { ScanOwners } from './scan-owners.service.js';
import { ScanStrangers } from './scan-strangers.js';
import { ScanTickets } from './scan-tickets.service.js';
import { Scans } from './scans.service.js';

const path = /^\/api\/v1\/auth\/scans\/[\w-]{1,64}\/socket(?:\?|$)/;
const maxMessageBytes = 4 * 1024;
const tokenWithinMs = 10_000;
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
  private readonly strangers = new ScanStrangers();
  private readonly origins: ReadonlySet<string>;
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
    routeUpgrades(this.adapterHost.httpAdapter.getHttpServer() as Server, asksForSocket);
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

  /**
   * Takes the connection over and tells it of the scan, once it is known to be the browser's that began it.
   * @throws AppError forbidden where a page of another origin asks, not_found, invalid_request, too_many_requests,
   * dependency_unavailable; before the upgrade, so that they are answered as those of any request
   */
  async open(scanId: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const head = headOf(request.raw);
    if (!head) throw new AppError('not_found');
    this.requireOrigin(request.headers);
    if (this.isStopping) throw new AppError('dependency_unavailable', { retryAfterSeconds: 1 });
    await this.tickets.require(scanId);
    const isKnown = await this.owners.isOwner(scanId, request.headers);
    const leave = isKnown ? undefined : this.strangers.admit(addressGroup(clientAddress(request)));
    try {
      const socket = this.upgrade(request.raw, head, reply);
      void this.serve(socket, scanId, leave);
    } catch (error) {
      leave?.();
      throw error;
    }
  }

  /** Browsers always say where a page comes from; what says nothing is no browser, and has no cookie of one. */
  private requireOrigin({ origin }: IncomingHttpHeaders): void {
    if (origin !== undefined && !this.origins.has(origin)) throw new AppError('forbidden');
  }

  private upgrade(request: IncomingMessage, head: Buffer, reply: FastifyReply): WebSocket {
    let upgraded: WebSocket | undefined;
    // Both are called before `handleUpgrade` returns; with a listener, what is wrong is left to us to answer.
    const sayNothing = () => undefined;
    const addHeaders = (lines: string[]) => lines.push(...headerLines(reply));
    this.sockets.once('wsClientError', sayNothing).once('headers', addHeaders);
    this.sockets.handleUpgrade(request, request.socket, head, (socket) => (upgraded = socket));
    this.sockets.off('wsClientError', sayNothing).off('headers', addHeaders);
    if (!upgraded) throw new AppError('invalid_request');
    reply.hijack().raw.detachSocket(request.socket);
    return upgraded;
  }

  /** @param leave gives back the place of who has yet to show the token */
  private async serve(socket: WebSocket, scanId: string, leave?: () => void): Promise<void> {
    socket.on('error', () => socket.terminate());
    try {
      if (!leave || (await this.hasToken(socket, scanId).finally(leave))) await this.tell(socket, scanId);
      else socket.close(closing.refused, 'not_found');
    } catch (error) {
      const { error: name } = toAppError(error);
      if (name === 'internal_error') this.logger.error('a socket failed', error);
      socket.close(closing.tryAgain, name);
    }
  }

  private async tell(socket: WebSocket, scanId: string): Promise<void> {
    if (socket.readyState !== socket.OPEN) return;
    const watch = this.scans.watch(scanId, 'web-socket');
    socket.on('close', () => watch.end());
    for await (const view of this.scans.follow(scanId, watch)) {
      if (view) socket.send(JSON.stringify(view));
      else socket.ping();
    }
    socket.close(this.isStopping ? closing.goingAway : closing.done);
  }

  private async hasToken(socket: WebSocket, scanId: string): Promise<boolean> {
    const token = await firstMessage(socket);
    return token !== undefined && (await this.owners.isOwner(scanId, { 'x-scan-token': token }));
  }
}

function asksForSocket({ url = '', headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && path.test(url);
}

function headerLines(reply: FastifyReply): string[] {
  return Object.entries(reply.getHeaders()).map(([name, value]) => `${name}: ${String(value)}`);
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
