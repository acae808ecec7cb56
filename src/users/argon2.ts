import { hash, parseOptions, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';

/** OWASP's recommendation for argon2id; raising one of these makes every password be hashed anew at its next login. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const halfPair = /\p{Cs}/u;

/** Argon2id on threads of libuv's pool; hashes are in PHC form. */
@Injectable()
export class Argon2 {
  /** The hash of no password, as costly to compare as any. */
  readonly nobodys = unmatchable();

  hash(password: string): Promise<string> {
    return hash(password, cost);
  }

  /** Half a surrogate pair is no text, and would count as the character that UTF-8 has in its place. */
  async verify(hash: string, password: string): Promise<boolean> {
    return (await verify(hash, password)) && !halfPair.test(password);
  }

  /** Whether it was made when hashes cost less. */
  isOutdated(hash: string): boolean {
    const { memoryCost, timeCost, parallelism } = parseOptions(hash);
    return memoryCost < cost.memoryCost || timeCost < cost.timeCost || parallelism < cost.parallelism;
  }
}

function unmatchable(): string {
  const { memoryCost, timeCost, parallelism } = cost;
  const [salt, digest] = [16, 32].map((size) => randomBytes(size).toString('base64').replaceAll('=', ''));
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${digest}`;
}
