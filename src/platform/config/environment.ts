import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The process's environment; outside production `.env` gives what it does not. */
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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
