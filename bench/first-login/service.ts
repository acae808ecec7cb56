import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/services/probe.js';
import { start, type Command } from './command.js';

const startLimitMs = 300_000;
const lookEveryMs = 50;

export interface Service {
  /** What it tells a newcomer to open. */
  url: string;
  end: () => Promise<void>;
}

/** `npm start`, until it has said what to open. */
export async function startService(folder: string): Promise<Service> {
  const command = start('npm', ['start'], folder, { PORT: String(await freePort()) });
  try {
    return { url: await announced(command), end: command.end };
  } catch (error) {
    await command.end();
    throw error;
  }
}

async function announced({ child, output }: Command): Promise<string> {
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    const [url] = /http:\/\/\S+\/simulator/.exec(output()) ?? [];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output()}`);
    if (Date.now() > deadline) throw new Error(`npm start says no address:\n${output()}`);
    await sleep(lookEveryMs);
  }
}
