import { randomBytes } from 'node:crypto';
import type { AppKind, SimulatedApp } from './apps.js';
import { virtualPersonOf, type Person } from './people.js';
import { scopesOf, type Scope } from './scopes.js';

const lifetimeSeconds: Record<AppKind, number> = {
  'mini-program': 5 * 60,
  'official-account': 5 * 60,
  website: 10 * 60,
  mobile: 10 * 60,
};

const sweepEveryMs = 10_000;

/** How far a person lets an app know him. */
export interface Consent {
  /** False for a person whose unionid WeChat keeps to itself. */
  unionid: boolean;
  /** The usual one of the kind of app where omitted. */
  scope?: Scope;
  /** True where the app gets to see a virtual person only. */
  snapshot?: boolean;
}

/** What a person hands an app, for the app to learn who he is. */
export interface Code {
  readonly app: SimulatedApp;
  readonly person: Person;
  readonly unionid: boolean;
  /** None in a mini program. */
  readonly scope: Scope | undefined;
  readonly snapshot: boolean;
  used: boolean;
  /** Milliseconds; from then on nobody has heard of it. */
  forgottenAt: number;
}

/** The codes in circulation; expired ones are dropped. */
export class Codes {
  private readonly codes = new Map<string, Code>();
  private nextSweepAt = 0;

  constructor(
    private readonly usedCodeSeconds: number | null,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.codes.size;
  }

  /** 32 characters `[A-Za-z0-9_-]`. */
  mint(app: SimulatedApp, person: Person, { unionid, scope, snapshot = false }: Consent): string {
    this.sweep();
    const code = randomBytes(24).toString('base64url');
    this.codes.set(code, {
      app,
      person: snapshot ? virtualPersonOf(person) : person,
      unionid,
      scope: scope ?? scopesOf[app.kind][0],
      snapshot,
      used: false,
      forgottenAt: this.now() + lifetimeSeconds[app.kind] * 1000,
    });
    return code;
  }

  find(code: string): Code | undefined {
    const found = this.codes.get(code);
    return found && found.forgottenAt > this.now() ? found : undefined;
  }

  markUsed(code: Code): void {
    code.used = true;
    if (this.usedCodeSeconds !== null) code.forgottenAt = this.now() + this.usedCodeSeconds * 1000;
  }

  private sweep(): void {
    if (this.now() < this.nextSweepAt) return;
    this.nextSweepAt = this.now() + sweepEveryMs;
    for (const [text, code] of this.codes) {
      if (code.forgottenAt <= this.now()) this.codes.delete(text);
    }
  }
}
