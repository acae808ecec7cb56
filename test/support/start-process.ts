import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from './client.js';
import { freePort } from './services/probe.js';

export interface RunningProcess extends Client {
  base: string;
  pid: number;
  /** All it has written to stdout and stderr. */
  output(): string;
  kill(signal?: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
  /** SIGKILL if it still runs; resolves once it is gone. */
  end(): Promise<void>;
}

const built = join(process.cwd(), 'dist/src');
const startLimitMs = 15_000;

/** Starts the built service as an operator does. */
export async function startProcess(
  env: Record<string, string>,
  cwd = newFolder(),
  stdout: 'pipe' | number = 'pipe',
): Promise<RunningProcess> {
  const running = await spawnScript('main.js', [], { PORT: String(await freePort()), ...env }, cwd, stdout);
  await ready(running);
  return running;
}

/** The same without waiting for it, for starts that are meant to fail. */
export function spawnService(env: Record<string, string>, cwd = newFolder()): Promise<RunningProcess> {
  return spawnScript('main.js', [], env, cwd);
}

/** A built script of `dist/src`, run to its end. */
export async function runScript(script: string, args: string[], env: Record<string, string>) {
  const running = await spawnScript(script, args, env);
  return { exit: await running.exited, output: running.output() };
}

/**
 * A built script of `dist/src`.
 * @param stdout an open file that takes its standard output, which is then none of `output()`
 */
export async function spawnScript(
  script: string,
  args: string[],
  env: Record<string, string>,
  cwd = newFolder(),
  stdout: 'pipe' | number = 'pipe',
): Promise<RunningProcess> {
  const child = spawn(process.execPath, [resolve(built, script), ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', stdout, 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (data) => (output += String(data)));
  child.stderr!.on('data', (data) => (output += String(data)));
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const base = `http://127.0.0.1:${env.PORT}`;
  return {
    base,
    ...createClient(base),
    pid: child.pid!,
    output: () => output,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    exited,
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'wxpass-process-'));
}

async function ready(running: RunningProcess): Promise<void> {
  let over = false;
  void running.exited.then(() => (over = true));
  for (const started = Date.now(); Date.now() - started < startLimitMs; await sleep(25)) {
    if (over) throw new Error(`the service did not start:\n${running.output()}`);
    const answer = await fetch(`${running.base}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
  }
  await running.end();
  throw new Error(`the service was not ready in ${startLimitMs} ms:\n${running.output()}`);
}
