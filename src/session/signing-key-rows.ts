import type { JsonWebKey } from 'node:crypto';
import { LessThan, type DataSource, type Repository } from 'typeorm';
import { ConfigError } from '../platform/config/config-error.js';
import { SealedColumn } from '../platform/crypto/sealed-column.js';
import { UnsealError, type Sealer } from '../platform/crypto/sealer.js';
import { isDuplicate } from '../platform/database/database-fault.js';
import type { Retirable, Scheduled } from './signing-key-schedule.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { generatePrivateJwk, publicHalf, thumbprint, type SigningAlgorithm } from './signing-key.js';

export const sealedPrivateKeys = new SealedColumn('signing_keys', 'kid', 'private_sealed');

/** For a command, which has no modules. */
export function openSigningKeyRows(dataSource: DataSource, sealer: Sealer): SigningKeyRows {
  return new SigningKeyRows(dataSource.getRepository(SigningKeyEntity), sealer);
}

/** The signing keys in the database: made here, sealed, shared by all replicas. */
export class SigningKeyRows {
  constructor(
    private readonly repository: Repository<SigningKeyEntity>,
    private readonly sealer: Sealer,
  ) {}

  /** Oldest first. */
  load(): Promise<SigningKeyEntity[]> {
    return this.repository.find({ order: { sequence: 'ASC' } });
  }

  /** Never empty: the first process of all makes the first key. */
  async loadOrCreate(algorithm: SigningAlgorithm): Promise<SigningKeyEntity[]> {
    const rows = await this.load();
    if (rows.length > 0) return rows;
    // Where another process was faster, its key is ours too.
    await this.insert(await this.generate(algorithm), { sequence: 1, signsFrom: Date.now() });
    return this.load();
  }

  /** The next key; of two rotations at once, one takes the number after the other. */
  async rotate(algorithm: SigningAlgorithm, signsFrom: number): Promise<SigningKeyEntity> {
    await this.requireOneOpens();
    const key = await this.generate(algorithm);
    for (;;) {
      const sequence = ((await this.repository.maximum('sequence')) ?? 0) + 1;
      if (await this.insert(key, { sequence, signsFrom }))
        return this.repository.findOneByOrFail({ kid: key.kid });
    }
  }

  async remove(kids: string[]): Promise<void> {
    if (kids.length > 0) await this.repository.delete(kids);
  }

  /** Takes away what is still as it was read: whoever signs with one of them meanwhile has changed it. */
  async retire(keys: (Retirable & { kid: string })[]): Promise<void> {
    for (const { kid, tokenTtlMs } of keys) await this.repository.delete({ kid, tokenTtlMs });
  }

  /** The one conditional write: of processes whose tokens live longer or shorter, the longest life stands. */
  async raiseTokenTtl(kid: string, tokenTtlMs: number): Promise<void> {
    await this.repository.update({ kid, tokenTtlMs: LessThan(tokenTtlMs) }, { tokenTtlMs });
  }

  /** Undefined where ENCRYPTION_KEYS does not open it. */
  tryToOpen(row: SigningKeyEntity): JsonWebKey | undefined {
    try {
      return this.open(row);
    } catch (error) {
      if (error instanceof ConfigError) return undefined;
      throw error;
    }
  }

  /** @throws ConfigError where ENCRYPTION_KEYS does not open it */
  open({ kid, privateSealed }: SigningKeyEntity): JsonWebKey {
    try {
      return JSON.parse(this.sealer.open(privateSealed, sealedPrivateKeys.placeOf(kid))) as JsonWebKey;
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      throw new ConfigError([
        {
          variable: 'ENCRYPTION_KEYS',
          problem: `does not open the signing key ${kid} in the database: ${error.message}`,
          example: 'the key it was sealed with, beside the new one',
        },
      ]);
    }
  }

  /**
   * Whoever can open none of the keys that are there would seal one that the service cannot open.
   * @throws ConfigError
   */
  async requireOneOpens(): Promise<void> {
    const rows = await this.load();
    const newest = rows.at(-1);
    if (newest && !rows.some((row) => this.tryToOpen(row))) this.open(newest);
  }

  private async generate(algorithm: SigningAlgorithm) {
    const privateJwk = await generatePrivateJwk(algorithm);
    const kid = await thumbprint(privateJwk);
    return {
      kid,
      algorithm,
      publicJwk: JSON.stringify({ ...publicHalf(privateJwk), kid, alg: algorithm, use: 'sig' }),
      privateSealed: this.sealer.seal(JSON.stringify(privateJwk), sealedPrivateKeys.placeOf(kid)),
    };
  }

  /** The one conditional write: false where the number is taken. */
  private async insert(
    key: Pick<SigningKeyEntity, 'kid' | 'algorithm' | 'publicJwk' | 'privateSealed'>,
    place: Scheduled,
  ): Promise<boolean> {
    try {
      // Whoever signs with it says for how long, before.
      await this.repository.insert({ ...key, ...place, tokenTtlMs: 0, createdAt: Date.now() });
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return false;
    }
  }
}
