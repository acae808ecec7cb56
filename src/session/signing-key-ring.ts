import { isDeepStrictEqual } from 'node:util';
import type { JWK } from 'jose';
import { signerAt, type Scheduled } from './signing-key-schedule.js';
import type { SigningKey } from './signing-key.js';

export type RingKey = SigningKey & Scheduled;

/** The keys of one moment: one signs, all are published and verify. */
export class SigningKeyRing {
  private readonly byKid: Map<string, RingKey>;

  /** @param keys oldest first, at least one that can sign */
  constructor(private readonly keys: RingKey[]) {
    this.byKid = new Map(keys.map((key) => [key.kid, key]));
  }

  signer(): SigningKey {
    return signerAt(this.keys, Date.now())!;
  }

  /** The one that signs now or will. */
  newest(): SigningKey {
    return this.keys.findLast(({ canSign }) => canSign)!;
  }

  find(kid: string): SigningKey | undefined {
    return this.byKid.get(kid);
  }

  /** The public keys as a JWK set (RFC 7517). */
  jwks(): { keys: JWK[] } {
    return { keys: this.keys.map(({ publicJwk }) => publicJwk) };
  }

  /** Whether it holds every key of the other, unchanged. */
  covers(other: SigningKeyRing): boolean {
    return other.keys.every(({ kid, publicJwk }) => isDeepStrictEqual(this.find(kid)?.publicJwk, publicJwk));
  }
}
