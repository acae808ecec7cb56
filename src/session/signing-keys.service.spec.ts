import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Repository } from 'typeorm';
import type { Config } from '../platform/config/config.js';
import { Sealer } from '../platform/crypto/sealer.js';
import type { SigningKeyEntity } from './signing-key.entity.js';
import { SigningKeys } from './signing-keys.service.js';

describe('the algorithm of a file of signing keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wxpass-keys-'));
  const keysFile = join(folder, 'signing-keys.json');
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    const ignore = () => undefined;
    Logger.overrideLogger({ log: ignore, error: ignore, warn: (text: string) => warnings.push(text) });
  });
  afterAll(() => {
    Logger.overrideLogger(false);
    rmSync(folder, { recursive: true });
  });

  const boot = async (algorithm: string, ...keys: object[]) => {
    writeFileSync(keysFile, JSON.stringify({ keys }));
    const jwt = { algorithm, keysFile, issuer: 'i', audience: 'a', typ: 'at+jwt', accessTtlMs: 1 };
    const rows = {} as Repository<SigningKeyEntity>;
    await new SigningKeys(rows, new Sealer([{ id: 'any', key: Buffer.alloc(32) }]), {
      jwt,
    } as unknown as Config).onModuleInit();
  };

  it('is warned of where JWT_ALGORITHM says another than that of the key that signs', async () => {
    await boot('RS256', ec, rsa);
    expect(warnings).toEqual([
      expect.stringContaining(
        'JWT_ALGORITHM is RS256, but the first key of SIGNING_KEYS_FILE signs with ES256',
      ),
    ]);
  });

  it('is nothing to speak of where both agree, whatever the keys are that only verify', async () => {
    await boot('RS256', rsa, ec);
    await boot('ES256', ec, rsa);
    expect(warnings).toEqual([]);
  });
});
