import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The process's environment; outside production `.env` gives what it does not. */
export function environment(): NodeJS.ProcessEnv {
  if (process.env.NODE_ENV === 'production') return process.env;
  const fromFile = readIfThere('.env');
  return fromFile === undefined ? process.env : { ...parseEnv(fromFile), ...process.env };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
