import { randomBytes } from 'node:crypto';
import { Expiring } from './expiring.js';
import type { PhoneNumber } from './phone-numbers.js';

const lifetimeMs = 5 * 60_000;

/** What `getPhoneNumber` gives a mini program, for its server to learn the number. */
export interface PhoneCode {
  readonly appId: string;
  readonly openid: string;
  readonly number: PhoneNumber;
}

/** The phone codes in circulation: 64 hex digits, good for five minutes and one use. */
export class PhoneCodes {
  private readonly codes: Expiring<PhoneCode>;

  constructor(now: () => number) {
    this.codes = new Expiring(now);
  }

  mint(code: PhoneCode): string {
    const text = randomBytes(32).toString('hex');
    this.codes.set(text, code, lifetimeMs);
    return text;
  }

  find(text: string): PhoneCode | undefined {
    return this.codes.get(text);
  }

  use(text: string): void {
    this.codes.delete(text);
  }
}
