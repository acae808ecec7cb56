import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Config } from '../platform/config/config.js';

/** For requests that are under way on connections which are open: to close those at once would lose them. */
const lingerMs = 500;

/** Whether this process wants traffic: from the end of start-up to the beginning of shutdown. */
@Injectable()
export class Readiness implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger('Shutdown');
  private state: 'starting' | 'serving' | 'stopping' = 'starting';

  constructor(
    private readonly config: Config,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** @throws Error with the state, unless traffic is wanted */
  require(): { state: string } {
    if (this.state !== 'serving') throw new Error(this.state);
    return { state: this.state };
  }

  onApplicationBootstrap(): void {
    this.state = 'serving';
  }

  onModuleDestroy(): void {
    this.state = 'stopping';
    this.retireConnections();
  }

  /** Not ready but still serving, until load balancers have noticed; then what is in flight gets its grace. */
  async beforeApplicationShutdown(): Promise<void> {
    const { delayMs, graceMs } = this.config.shutdown;
    if (delayMs > 0) await sleep(delayMs);
    this.letConnectionsLinger();
    setTimeout(() => this.cutConnections(), graceMs).unref();
  }

  /** Each answer ends its connection, so that proxies keep none which closes while they send the next request. */
  private retireConnections(): void {
    this.server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
      response.setHeader('connection', 'close');
    });
  }

  /** Node closes those that are idle together with the port; they get some time after it. */
  private letConnectionsLinger(): void {
    const { server } = this;
    const closeIdleConnections = server.closeIdleConnections.bind(server);
    server.closeIdleConnections = () => void setTimeout(closeIdleConnections, lingerMs);
  }

  private cutConnections(): void {
    this.logger.warn('SHUTDOWN_GRACE is over: requests still in flight are cut off');
    this.server.closeAllConnections();
  }

  private get server(): Server {
    return this.adapterHost.httpAdapter.getHttpServer() as Server;
  }
}
