import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.js';

/**
 * The process's environment; outside production `.env` gives what it does not.
 * @throws ConfigError where `.env` is there and cannot be read
 */
export function environment(): NodeJS.ProcessEnv {
  if (process.env.NODE_ENV === 'production') return process.env;
  // What kind of process this is decides whether the file is read, so the file cannot say it.
  const { NODE_ENV: _ignored, ...fromFile } = parseEnv(readIfThere('.env') ?? '');
  return { ...fromFile, ...process.env };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const problem = `in the working folder is no file that can be read (${code})`;
    throw new ConfigError([{ variable: path, problem, example: '.env.example' }]);
  }
}
