import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { collectBundle } from './doctor/bundle.js';
import { readCommandLine } from './doctor/command-line.js';
import { readableEnvironment } from './doctor/readable-environment.js';
import type { Language } from './platform/errors/app-error.js';
import { schema } from './schema.js';
import { sealedColumns } from './sealed-columns.js';

const usage = 'usage: support-bundle [--log file|-] [--out file|-] [--lang zh|en]';
const exitUsage = 64;
const exitCannotWrite = 73;

/** What stdout and stderr are told. */
interface Outcome {
  exit: number;
  text?: string;
  complaint?: string;
}

Logger.overrideLogger(false);
const { text = '', complaint = '', exit } = await run();
process.stderr.write(complaint);
// Whatever a check has left hanging must not keep the process.
process.stdout.write(text, () => process.exit(exit));

async function run(): Promise<Outcome> {
  const commandLine = readCommandLine(process.argv.slice(2), process.env, ['log', 'out']);
  if (!commandLine || commandLine.json || commandLine.words.length > 0)
    return { complaint: `${usage}\n`, exit: exitUsage };
  if (commandLine.help) return { text: `${usage}\n`, exit: 0 };
  const { log, out = `wxpass-support-${Date.now()}.json` } = commandLine.values;
  if (out === '-') return { text: await collect(log), exit: 0 };
  try {
    return { text: `${await collectInto(resolve(out), log)}\n`, exit: 0 };
  } catch (error) {
    if (!isOfFiles(error)) throw error;
    return { complaint: cannotWrite(resolve(out), error, commandLine.language), exit: exitCannotWrite };
  }
}

async function collectInto(path: string, log: string | undefined): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  // Before the checks, which take seconds, so that an operator is told at once; what is there, or a link, stays as it is.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(await collect(log));
  } catch (error) {
    await rm(path);
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

async function collect(log: string | undefined): Promise<string> {
  const bundle = await collectBundle(readableEnvironment().env, { schema, sealedColumns }, log);
  return `${JSON.stringify(bundle, null, 2)}\n`;
}

function isOfFiles(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function cannotWrite(path: string, { code, syscall }: NodeJS.ErrnoException, language: Language): string {
  if (code === 'EEXIST' && syscall === 'open')
    return language === 'zh'
      ? `${path} 已经存在，不会被覆盖：用 --out 指定另一个名字\n`
      : `${path} is there already and is not overwritten: give another name by --out\n`;
  const command = 'node dist/src/support-bundle.js --out - > wxpass-support.json';
  return language === 'zh'
    ? `无法写入 ${path}（${code}）：用 --out 指定别处，或写到标准输出，在容器外保存：kubectl exec … -- ${command}\n`
    : `${path} cannot be written (${code}): name another place by --out, or write to stdout and keep it outside of the container: kubectl exec … -- ${command}\n`;
}
