import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JwtSecretRequestType, JwtService } from '@nestjs/jwt';
import { InjectRepository } from '@nestjs/typeorm';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Repository } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { ConfigError } from '../platform/config/config-error.js';
import { Sealer, UnsealError } from '../platform/crypto/sealer.js';
import { isDuplicate } from '../platform/database/database-fault.js';
import { SigningKeyEntity } from './signing-key.entity.js';

const algorithm = 'ES256';
/** RFC 9068: says that this JWT is an access token, so that no other kind of ours is taken for one. */
export const accessTokenType = 'at+jwt';

/** One key, ready to sign and verify. */
export interface SigningKey {
  kid: string;
  algorithm: string;
  publicJwk: JWK;
  jwt: JwtService;
}

/** The keys of access tokens: made once, sealed in the database, the same on every replica. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private keys = new Map<string, SigningKey>();
  private newest: SigningKey;

  constructor(
    @InjectRepository(SigningKeyEntity) private readonly repository: Repository<SigningKeyEntity>,
    private readonly sealer: Sealer,
    private readonly config: Config,
  ) {}

  async onModuleInit(): Promise<void> {
    const rows = await this.loadOrCreate();
    for (const row of rows) this.remember(this.open(row));
  }

  /** The key that signs. */
  get current(): SigningKey {
    return this.newest;
  }

  find(kid: string): SigningKey | undefined {
    return this.keys.get(kid);
  }

  /** The public keys as a JWK set (RFC 7517). */
  jwks(): { keys: JWK[] } {
    return { keys: [...this.keys.values()].map(({ publicJwk }) => publicJwk) };
  }

  private async loadOrCreate(): Promise<SigningKeyEntity[]> {
    const rows = await this.load();
    if (rows.length > 0) return rows;
    await this.createFirst();
    return this.load();
  }

  private load(): Promise<SigningKeyEntity[]> {
    return this.repository.find({ order: { sequence: 'ASC' } });
  }

  private async createFirst(): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const row = {
      kid,
      sequence: 1,
      algorithm,
      publicJwk: JSON.stringify({ ...publicJwk, kid, alg: algorithm, use: 'sig' }),
      privateSealed: this.sealer.seal(JSON.stringify(await exportJWK(privateKey)), placeOf(kid)),
      createdAt: Date.now(),
    };
    try {
      await this.repository.insert(row);
    } catch (error) {
      // Another replica made its first key at the same moment: theirs is ours too.
      if (!isDuplicate(error)) throw error;
    }
  }

  private open(row: SigningKeyEntity): SigningKey {
    const publicJwk = JSON.parse(row.publicJwk) as JWK;
    const privateKey = createPrivateKey({ key: this.openPrivate(row), format: 'jwk' });
    const publicKey = createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' });
    const { issuer, audience } = this.config.jwt;
    const jwt = new JwtService({
      secretOrKeyProvider: (type) => (type === JwtSecretRequestType.SIGN ? privateKey : publicKey),
      signOptions: {
        algorithm,
        issuer,
        audience,
        keyid: row.kid,
        header: { alg: algorithm, typ: accessTokenType },
      },
      verifyOptions: { algorithms: [algorithm], issuer, audience },
    });
    return { kid: row.kid, algorithm: row.algorithm, publicJwk, jwt };
  }

  private openPrivate({ kid, privateSealed }: SigningKeyEntity): JsonWebKey {
    try {
      return JSON.parse(this.sealer.open(privateSealed, placeOf(kid))) as JsonWebKey;
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

  private remember(key: SigningKey): void {
    this.keys.set(key.kid, key);
    this.newest = key;
  }
}

function placeOf(kid: string): string {
  return `signing_keys:${kid}:private_sealed`;
}
