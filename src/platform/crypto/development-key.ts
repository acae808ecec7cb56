import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EncryptionKey } from '../config/config.js';
import { StartFault } from '../config/start-fault.js';

/**
 * The key of a development machine: made once, kept beside the database, readable by its owner only.
 * @throws StartFault where it cannot be kept
 */
export function developmentKey(file: string): EncryptionKey {
  const key = Buffer.from(keptText(file), 'base64');
  if (key.length === 32) return { id: 'development', key };
  const problem = `is not set, and ${file} holds no key of 32 bytes: remove it to have a new one made`;
  throw new StartFault('ENCRYPTION_KEYS', problem, `${key.length} bytes`);
}

function keptText(file: string): string {
  try {
    makeOnce(file);
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new StartFault('ENCRYPTION_KEYS', `is not set, and ${file} cannot keep a key`, code, error);
  }
}

function makeOnce(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
