import { Logger } from '@nestjs/common';
import type { Config } from '../platform/config/config.js';
import type { RingKey } from './signing-key-ring.js';
import type { SigningKeyRows } from './signing-key-rows.js';
import { isRetired, neededTtlMs, signerAt, type Retirable } from './signing-key-schedule.js';
import type { SigningKeyEntity } from './signing-key.entity.js';
import { openSigningKey, readPublicKey, type SigningKey } from './signing-key.js';

type StoredKey = RingKey & Retirable;

/** The signing keys of the rows, ready to use; retired ones go. */
export class SigningKeysDatabase {
  private readonly logger = new Logger('SigningKeys');
  private known = new Map<string, SigningKey>();
  private lamented = new Set<string>();

  constructor(
    private readonly rows: SigningKeyRows,
    private readonly settings: Config['jwt'],
  ) {}

  /**
   * Oldest first, at least one that can sign.
   * @throws ConfigError where ENCRYPTION_KEYS opens none of them
   */
  async load(): Promise<RingKey[]> {
    const rows = await this.rows.loadOrCreate(this.settings.algorithm);
    const keys = rows.flatMap((row) => this.read(row) ?? []);
    const now = Date.now();
    if (!signerAt(keys, now)) this.rows.open(rows.at(-1)!);
    // What counts is what the rows say afterwards: another process may have taken one away meanwhile.
    if (await this.promise(keys, now)) return this.load();
    this.lament(rows, keys);
    const retired = keys.filter((key) => isRetired(key, keys, now));
    await this.rows.retire(retired);
    const standing = keys.filter((key) => !retired.includes(key));
    this.known = new Map(standing.map((key) => [key.kid, key]));
    return standing;
  }

  private read(row: SigningKeyEntity): StoredKey | undefined {
    const { kid, sequence, signsFrom, tokenTtlMs } = row;
    const key = this.knownToSign(kid) ?? this.open(row);
    return key && { ...key, sequence, signsFrom, tokenTtlMs };
  }

  private knownToSign(kid: string): SigningKey | undefined {
    const key = this.known.get(kid);
    return key?.canSign ? key : undefined;
  }

  private open(row: SigningKeyEntity): SigningKey | undefined {
    const privateJwk = this.rows.tryToOpen(row);
    return privateJwk
      ? openSigningKey(row.kid, privateJwk, this.settings)
      : readPublicKey(row.kid, row.publicJwk, this.settings);
  }

  /** Before a key signs, its row says for how long; whether one had to be told. */
  private async promise(keys: StoredKey[], now: number): Promise<boolean> {
    let told = false;
    for (const key of keys) {
      const ttlMs = neededTtlMs(key, keys, this.settings.accessTtlMs, now);
      if (ttlMs <= key.tokenTtlMs) continue;
      await this.rows.raiseTokenTtl(key.kid, ttlMs);
      told = true;
    }
    return told;
  }

  /** Once for each key that cannot be opened. */
  private lament(rows: SigningKeyEntity[], keys: StoredKey[]): void {
    const usable = new Set(keys.filter(({ canSign }) => canSign).map(({ kid }) => kid));
    const sealed = rows.map(({ kid }) => kid).filter((kid) => !usable.has(kid));
    for (const kid of sealed) {
      if (this.lamented.has(kid)) continue;
      const rest = keys.some((key) => key.kid === kid) ? 'it verifies but cannot sign' : 'it is of no use';
      this.logger.error(
        `ENCRYPTION_KEYS does not open the signing key ${kid} in the database, so ${rest}: ` +
          'put the key it was sealed with back beside the others, or run npm run keys:rotate (in the container: node dist/src/keys.js rotate) for one that signs',
      );
    }
    this.lamented = new Set(sealed);
  }
}
