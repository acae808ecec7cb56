import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC stands in the SHA-256 of a key that is longer than a block of it (RFC 2104, 2). */
const hmacBlockBytes = 64;

/** A machine client's secret, compared in a time that tells neither how long it is nor where a guess first differs. */
export class ClientSecret {
  private readonly digest: Buffer;
  private readonly hmacKey: Buffer;

  constructor(secret: string) {
    this.digest = sha256(secret);
    this.hmacKey = Buffer.byteLength(secret) > hmacBlockBytes ? this.digest : Buffer.from(secret);
  }

  /** Whether one of these is the secret; each is compared, however the others came out. */
  isAmong(guesses: string[]): boolean {
    return guesses.map((guess) => timingSafeEqual(sha256(guess), this.digest)).includes(true);
  }

  /** @param signature the HMAC-SHA256 of the text, keyed by the secret, as hex in either case */
  hasSigned(text: string, signature: string): boolean {
    const expected = createHmac('sha256', this.hmacKey).update(text).digest('hex');
    return timingSafeEqual(sha256(signature.toLowerCase()), sha256(expected));
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
