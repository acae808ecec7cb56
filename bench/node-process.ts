import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const stopLimitMs = 10_000;
const keptStderr = 4_000;

interface Start {
  env?: NodeJS.ProcessEnv;
  /** Whether we speak with it over IPC, which a process of production would not have. */
  ipc?: boolean;
}

const running = new Set<ChildProcess>();

/** A Node process of this run; its output goes to /dev/null, as into a log collector that never holds it up. */
export class NodeProcess {
  private readonly child: ChildProcess;
  private stderr = '';

  constructor(
    readonly entry: string,
    { env = {}, ipc = false }: Start = {},
  ) {
    this.child = spawn(process.execPath, [entry], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'ignore', 'pipe', ...(ipc ? ['ipc' as const] : [])],
    });
    this.child.stderr?.on('data', (text: Buffer) => {
      this.stderr = (this.stderr + text.toString()).slice(-keptStderr);
    });
    running.add(this.child);
    this.child.once('exit', () => running.delete(this.child));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** @throws Error with what the process said last, where it has ended */
  requireAlive(): void {
    if (!this.hasExited) return;
    throw new Error(`${this.entry} ended with ${this.child.exitCode}:\n${this.stderr}`);
  }

  /** Its next message. */
  async message<T>(): Promise<T> {
    const abort = new AbortController();
    const ended = once(this.child, 'exit', { signal: abort.signal }).then(() => this.requireAlive());
    try {
      const answer = await Promise.race([once(this.child, 'message', { signal: abort.signal }), ended]);
      return (answer as [T])[0];
    } finally {
      abort.abort();
      ended.catch(() => undefined);
    }
  }

  ask<T>(question: string): Promise<T> {
    const answer = this.message<T>();
    this.child.send(question);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.hasExited) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const limit = setTimeout(() => this.child.kill('SIGKILL'), stopLimitMs);
    await exited;
    clearTimeout(limit);
  }

  private get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

/** However this process ends, short of SIGKILL, its children end with it. */
export function endChildrenWithUs(): void {
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}
