import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { collectBundle } from './doctor/bundle.js';
import { readCommandLine } from './doctor/command-line.js';
import { environment } from './platform/config/environment.js';
import { schema } from './schema.js';
import { sealedColumns } from './sealed-columns.js';

const usage = 'usage: support-bundle [--log file] [--out file]';
const exitUsage = 64;

Logger.overrideLogger(false);
const { text, exit } = await run();
// Whatever a check has left hanging must not keep the process.
process.stdout.write(`${text}\n`, () => process.exit(exit));

async function run(): Promise<{ text: string; exit: number }> {
  const commandLine = readCommandLine(process.argv.slice(2), process.env, ['log', 'out']);
  if (!commandLine || commandLine.words.length > 0) return { text: usage, exit: exitUsage };
  const { log, out = `wxpass-support-${Date.now()}.json` } = commandLine.values;
  const bundle = await collectBundle(environment(), { schema, sealedColumns }, log);
  const path = resolve(out);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(bundle, null, 2)}\n`, { mode: 0o600 });
  return { text: path, exit: 0 };
}
