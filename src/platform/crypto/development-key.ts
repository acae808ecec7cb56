import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EncryptionKey } from '../config/config.js';

/** The key of a development machine: made once, kept beside the database, readable by its owner only. */
export function developmentKey(file: string): EncryptionKey {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  if (key.length !== 32)
    throw new Error(`${file} does not hold a key of 32 bytes; remove it to have a new one made`);
  return { id: 'development', key };
}
