import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../platform/config/load-config.js';
import { fileKids } from './keys.js';

describe('the keys of SIGNING_KEYS_FILE', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'wxpass-keys-')), 'keys.json');
  const kidsOf = (path?: string) => fileKids(loadConfig({ NODE_ENV: 'test', SIGNING_KEYS_FILE: path }));

  it('have the ids that the service publishes', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    writeFileSync(file, JSON.stringify({ keys: [{ ...key, kid: 'first' }] }));
    expect(await kidsOf(file)).toEqual(['first']);
  });

  it('are unknown where there is none, or it cannot be read', async () => {
    expect(await kidsOf()).toBeUndefined();
    expect(await kidsOf('/nowhere/keys.json')).toBeUndefined();
  });
});
