import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { newFolder } from './start-process.js';

export interface CommandResult {
  exit: number;
  stdout: string;
  stderr: string;
  /** What stdout says to machines. */
  json: any;
}

interface CommandOptions {
  env: Record<string, string>;
  /** What comes in; nobody is at a terminal. */
  stdin?: string;
}

/** Runs the built command to its end, as an operator's script does. */
export async function runAdmin(args: string[], { env, stdin = '' }: CommandOptions): Promise<CommandResult> {
  const script = join(process.cwd(), 'dist/src/admin-command.js');
  const child = spawn(process.execPath, [script, ...args], {
    cwd: newFolder(),
    env: { PATH: process.env.PATH, ...env },
  });
  child.stdin.on('error', () => undefined).end(stdin);
  const [stdout, stderr, [exit]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { exit, stdout, stderr, json: args.includes('--json') && stdout ? JSON.parse(stdout) : undefined };
}
