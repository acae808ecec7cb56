import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const endLimitMs = 15_000;
const keptOutput = 4_000;

/** A command with all that it starts, as one group of processes. */
export interface Command {
  child: ChildProcess;
  /** What it said last. */
  output: () => string;
  end: () => Promise<void>;
}

const running = new Set<Command>();

/** Starts a command as a newcomer's shell would. */
export function start(command: string, args: string[], cwd?: string, env: NodeJS.ProcessEnv = {}): Command {
  const child = spawn(command, args, {
    cwd,
    env: { ...newcomersEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-keptOutput)));
  }
  const started = { child, output: () => output, end: () => end(child) };
  running.add(started);
  child.once('exit', () => running.delete(started));
  return started;
}

/** The same, to its end. @throws Error with what it said last, where it fails */
export async function run(command: string, args: string[], cwd?: string): Promise<void> {
  const { child, output } = start(command, args, cwd);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output()}`);
}

/** However this process ends, short of SIGKILL, its commands end with it. */
export function endCommandsWithUs(): void {
  process.on('exit', () => {
    for (const { child } of running) signal(child, 'SIGKILL');
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  signal(child, 'SIGTERM');
  const limit = setTimeout(() => signal(child, 'SIGKILL'), endLimitMs);
  await exited;
  clearTimeout(limit);
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, name);
}

/** Without what npm tells its scripts, which would speak of this folder there. */
function newcomersEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$)/.test(name));
  return Object.fromEntries(entries);
}
