import { EventEmitter, once } from 'node:events';
import { callbackOf, type AuthorizeRequest } from './authorize-request.js';
import type { Person } from './people.js';

/** `wx_errcode` by what the person has done with the QR code so far. */
const errcodes = { created: 408, scanned: 404, cancelled: 403, confirmed: 405 } as const;

/** One QR code: created → scanned → confirmed, or cancelled and scanned once more. */
export class QrLogin {
  status: keyof typeof errcodes = 'created';
  /** Who scanned last. */
  person: Person | undefined;
  /** Empty until confirmed. */
  code = '';
  /** Where the computer goes once the person has decided. */
  redirectTo: string | null = null;

  private readonly changes = new EventEmitter().setMaxListeners(0);

  constructor(
    readonly uuid: string,
    readonly request: AuthorizeRequest,
    /** Milliseconds, as `expiresAt`. */
    readonly madeAt: number,
    readonly expiresAt: number,
  ) {}

  get errcode(): number {
    return errcodes[this.status];
  }

  scan(person: Person): void {
    if (this.status !== 'created' && this.status !== 'cancelled') return;
    this.person = person;
    this.moveTo('scanned', null);
  }

  /** @param consent gives the code, and is called once at most. */
  confirm(consent: (person: Person) => string): void {
    if (this.status !== 'scanned' || !this.person) return;
    this.code = consent(this.person);
    this.moveTo('confirmed', callbackOf(this.request, this.code));
  }

  cancel(redirectTo: string | null): void {
    if (this.status === 'scanned') this.moveTo('cancelled', redirectTo);
  }

  /** Whether a poll that knows `last` learns anything new. */
  hasNewsFor(last: number): boolean {
    return this.status === 'confirmed' || (this.status !== 'created' && this.errcode !== last);
  }

  /** Resolves at the next move, or when the signal aborts. */
  async moved(signal: AbortSignal): Promise<void> {
    await once(this.changes, 'move', { signal }).catch(() => undefined);
  }

  private moveTo(status: keyof typeof errcodes, redirectTo: string | null): void {
    this.status = status;
    this.redirectTo = redirectTo;
    this.changes.emit('move');
  }
}
