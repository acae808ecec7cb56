import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionKey } from '../config/config.js';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** A sealed value that no key opens, or that was sealed for another place. */
export class UnsealError extends Error {
  constructor(reason: string) {
    super(`a sealed value cannot be opened: ${reason}`);
    this.name = 'UnsealError';
  }
}

/**
 * Seals what must not lie readable at rest: AES-256-GCM, a fresh nonce each time, bound to the place it lies in, so that
 * a value moved to another row or column does not open. All use of the encryption keys is here.
 */
export class Sealer {
  private readonly keys: Map<string, Buffer>;
  private readonly current: EncryptionKey;

  constructor(keys: EncryptionKey[]) {
    const [current] = keys;
    if (!current) throw new Error('a Sealer needs at least one key');
    this.current = current;
    this.keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  /** @param place where it will lie, such as `signing_keys:<kid>:private_sealed` */
  seal(plaintext: string, place: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.current.key, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([
      nonce,
      cipher.update(plaintext, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `${this.current.id}.${sealed.toString('base64url')}`;
  }

  /** Of the first key, which seals. */
  get currentKeyId(): string {
    return this.current.id;
  }

  /** Whether the first key sealed it, so that the others are not needed for it. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${this.current.id}.`);
  }

  /** @throws UnsealError */
  open(sealed: string, place: string): string {
    const [id = '', encoded = ''] = sealed.split('.', 2);
    const key = this.keys.get(id);
    if (!key) throw new UnsealError(`ENCRYPTION_KEYS has no key ${id}`);
    const bytes = Buffer.from(encoded, 'base64url');
    if (bytes.length < nonceBytes + tagBytes) throw new UnsealError('it is cut off');
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes));
    try {
      const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new UnsealError('it was altered, moved, or sealed by another key of the same name');
    }
  }
}
