import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { JWK } from 'jose';
import type { Repository } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { Sealer } from '../platform/crypto/sealer.js';
import { describeError } from '../platform/observability/describe-error.js';
import { SigningKeyRing, type RingKey } from './signing-key-ring.js';
import { SigningKeyRows } from './signing-key-rows.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { openSigningKey, type SigningKey } from './signing-key.js';
import { SigningKeysDatabase } from './signing-keys-database.js';
import { SigningKeysFile } from './signing-keys-file.js';

/** Two looks fit into the shortest overlap, so that every replica knows a key before any signs with it. */
const reloadEveryMs = 2000;

/**
 * The keys of access tokens, from the database or the operator's file, the same on every replica. They are read again
 * by the clock alone: a token with an unknown kid costs no query, however many there are.
 */
@Injectable()
export class SigningKeys implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('SigningKeys');
  private readonly stopping = new AbortController();
  private readonly database: SigningKeysDatabase;
  private readonly file: SigningKeysFile | undefined;
  private ring = new SigningKeyRing([]);
  private removed: () => void = () => undefined;
  private fault: string | undefined;

  constructor(
    @InjectRepository(SigningKeyEntity) repository: Repository<SigningKeyEntity>,
    sealer: Sealer,
    private readonly config: Config,
  ) {
    this.database = new SigningKeysDatabase(new SigningKeyRows(repository, sealer), config.jwt);
    const { keysFile } = config.jwt;
    this.file = keysFile ? new SigningKeysFile(keysFile) : undefined;
  }

  async onModuleInit(): Promise<void> {
    this.ring = await this.load();
    this.warnOfOtherAlgorithm();
  }

  onApplicationBootstrap(): void {
    void this.follow();
  }

  /** Not before the last request was answered: it may need a key that is new. */
  onApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** The key that signs. */
  get current(): SigningKey {
    return this.ring.signer();
  }

  find(kid: string): SigningKey | undefined {
    return this.ring.find(kid);
  }

  /** The public keys as a JWK set (RFC 7517). */
  jwks(): { keys: JWK[] } {
    return this.ring.jwks();
  }

  /** For who remembers tokens: their key may no longer count. */
  onRemoved(listener: () => void): void {
    this.removed = listener;
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await sleep(reloadEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.reload();
    }
  }

  /** Where the keys cannot be read, those at hand go on. */
  private async reload(): Promise<void> {
    try {
      const before = this.ring;
      this.ring = await this.load();
      if (!this.ring.covers(before)) this.removed();
      this.fault = undefined;
    } catch (error) {
      this.complain(error);
    }
  }

  private complain(error: unknown): void {
    const { message, reason } = describeError(error);
    const fault = `the signing keys cannot be read again: ${reason ?? message}`;
    if (fault !== this.fault && !this.stopping.signal.aborted) this.logger.error(fault);
    this.fault = fault;
  }

  private async load(): Promise<SigningKeyRing> {
    return new SigningKeyRing(this.file ? await this.loadFile(this.file) : await this.database.load());
  }

  private async loadFile(file: SigningKeysFile): Promise<RingKey[]> {
    const keys = await file.load();
    return keys
      .map(({ kid, privateJwk }, i) => ({
        ...openSigningKey(kid, privateJwk, this.config.jwt),
        sequence: keys.length - i,
        signsFrom: 0,
      }))
      .reverse();
  }

  private warnOfOtherAlgorithm(): void {
    const { algorithm } = this.ring.newest();
    const wanted = this.config.jwt.algorithm;
    if (algorithm === wanted) return;
    this.logger.warn(
      this.file
        ? `JWT_ALGORITHM is ${wanted}, but the first key of SIGNING_KEYS_FILE signs with ${algorithm}: change one of them`
        : `JWT_ALGORITHM is ${wanted}, but the key signs with ${algorithm}: run npm run keys:rotate (in the container: node dist/src/keys.js rotate)`,
    );
  }
}
