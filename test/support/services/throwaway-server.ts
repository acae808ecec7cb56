import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './probe.js';

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
const PORT_TRIES = 5;

export interface Recipe {
  name: string;
  /** Belongs to the server alone and is removed with it. */
  folder: string;
  env: Record<string, string | undefined>;
  command: string;
  args(port: number): string[];
  url(port: number): string;
  /** Whether the process with this pid, and no stranger on its port, answers. */
  answers(port: number, pid: number): Promise<boolean>;
}

/** A server on 127.0.0.1 that lives no longer than the process which started it. */
export class ThrowawayServer {
  private child: ChildProcess;
  private watchdog: ChildProcess;
  private exited: Promise<unknown>;

  private constructor(
    private readonly recipe: Recipe,
    readonly port: number,
  ) {}

  /** On the port asked for, else on a free one. */
  static async start(recipe: Recipe, port?: number): Promise<ThrowawayServer> {
    for (let tries = port ? 1 : PORT_TRIES; ; tries--) {
      const server = new ThrowawayServer(recipe, port ?? (await freePort()));
      try {
        await server.launch();
        return server;
      } catch (error) {
        await server.end();
        if (tries > 1 && server.lostItsPort()) continue;
        await rm(recipe.folder, { recursive: true, force: true });
        throw error;
      }
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  get url(): string {
    return this.recipe.url(this.port);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The same port and the same folder, whether or not the server still runs. */
  async restart(): Promise<void> {
    await this.end();
    await this.launch();
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.recipe.folder, { recursive: true, force: true });
  }

  private async launch(): Promise<void> {
    const log = openSync(this.logFile, 'w');
    this.child = spawn(this.recipe.command, this.recipe.args(this.port), {
      cwd: this.recipe.folder,
      env: { ...process.env, ...this.recipe.env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    await once(this.child, 'spawn');
    this.child.unref();
    this.watchdog = watch(this.pid, this.recipe.folder);
    await this.answering();
  }

  private async answering(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await this.recipe.answers(this.port, this.pid))) {
      if (this.hasExited || Date.now() > deadline)
        throw new Error(`${this.recipe.name} did not start:\n${this.log}`);
      await sleep(10);
    }
  }

  private async end(): Promise<void> {
    if (!this.child?.pid) return;
    this.child.ref();
    this.kill('SIGTERM');
    this.kill('SIGCONT'); // a paused server would not hear the first signal
    const limit = setTimeout(() => this.kill('SIGKILL'), STOP_LIMIT_MS);
    if (!this.hasExited) await this.exited;
    clearTimeout(limit);
    this.watchdog.kill('SIGKILL');
  }

  private get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private lostItsPort(): boolean {
    return /address already in use/i.test(this.log);
  }

  private get log(): string {
    return readFileSync(this.logFile, 'utf8').slice(-2_000);
  }

  private get logFile(): string {
    return join(this.recipe.folder, 'log');
  }
}

/** A shell that waits on a pipe to us: when we die, however we die, the pipe closes and the shell clears up. */
function watch(pid: number, folder: string): ChildProcess {
  const clearUp = 'read -r _; kill -KILL "$0"; rm -rf "$1"';
  const watchdog = spawn('sh', ['-c', clearUp, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  return watchdog;
}
