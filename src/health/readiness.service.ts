import { setTimeout as sleep } from 'node:timers/promises';
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
    if (delayMs > 0) await sleep(delayMs);
    setTimeout(() => this.cutConnections(), graceMs).unref();
  }

  private cutConnections(): void {
    this.logger.warn('SHUTDOWN_GRACE is over: requests still in flight are cut off');
    (this.adapterHost.httpAdapter.getHttpServer() as Server).closeAllConnections();
  }
}
