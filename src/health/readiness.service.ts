import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { Config } from '../platform/config/config.js';

const lingerMs = 500;
const quietMs = 0.2;
const looks = 200;

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
  }

  /** Not ready but still serving, until load balancers have noticed; then what is in flight gets its grace. */
  async beforeApplicationShutdown(): Promise<void> {
    const { delayMs, graceMs } = this.config.shutdown;
    if (delayMs > 0) {
      await sleep(delayMs);
      this.closeGently();
    }
    setTimeout(() => this.cutConnections(), graceMs).unref();
  }

  /**
   * Node closes idle connections together with the port, and a proxy may be sending its next request on one of them. They
   * get time for it: its answer ends the connection. What knocked at the port meanwhile is let in before it is closed.
   */
  private closeGently(): void {
    const { server } = this;
    const close = server.close.bind(server);
    const closeIdleConnections = server.closeIdleConnections.bind(server);
    server.closeIdleConnections = () => void setTimeout(closeIdleConnections, lingerMs);
    server.close = (done) => {
      void quietMoment().then(() => close(done));
      return server;
    };
  }

  private cutConnections(): void {
    this.logger.warn('SHUTDOWN_GRACE is over: requests still in flight are cut off');
    this.server.closeAllConnections();
  }

  private get server(): Server {
    return this.adapterHost.httpAdapter.getHttpServer() as Server;
  }
}

/** Just after connections were accepted, in a turn of the event loop that was short. */
async function quietMoment(): Promise<void> {
  for (let look = 0; look < looks; look++) {
    const began = performance.now();
    await turn();
    if (performance.now() - began < quietMs) return;
  }
}
