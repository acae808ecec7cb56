import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { ConfigError } from '../platform/config/config-error.js';
import { SigningKeysFile } from './signing-keys-file.js';

const ec = (namedCurve = 'P-256') =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'jwk' });
const rsa = (modulusLength = 2048, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey.export({ format: 'jwk' });

const path = join(mkdtempSync(join(tmpdir(), 'wxpass-keys-')), 'keys.json');
const write = (content: unknown) =>
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));

async function faultOf(content: unknown): Promise<string> {
  write(content);
  const fault = await new SigningKeysFile(path).load().catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ConfigError);
  for (const { variable } of (fault as ConfigError).faults) expect(variable).toBe('SIGNING_KEYS_FILE');
  return (fault as ConfigError).message;
}

describe('a file of signing keys', () => {
  it('is read in its order, with a thumbprint where a kid is absent', async () => {
    const [first, second] = [ec(), { ...rsa(), kid: 'mine', use: 'sig', alg: 'RS256' }];
    write({ keys: [first, second] });
    const keys = await new SigningKeysFile(path).load();
    expect(keys.map(({ kid }) => kid)).toEqual([await calculateJwkThumbprint(first as never), 'mine']);
  });

  it('is read anew where it changed, and not otherwise', async () => {
    const file = new SigningKeysFile(path);
    write({ keys: [{ ...ec(), kid: 'a' }] });
    const keys = await file.load();
    expect(await file.load()).toBe(keys);
    write({ keys: [{ ...ec(), kid: 'b' }] });
    expect((await file.load()).map(({ kid }) => kid)).toEqual(['b']);
  });

  const { d, ...publicOnly } = ec();
  const [one, other] = [ec(), ec()];
  it.each<[string, unknown, RegExp]>([
    ['nothing', '', /not JSON/],
    ['no set', [one], /must be a JWK set|must be an array/],
    ['no key', { keys: [] }, /at least one key/],
    ['a public key only', { keys: [publicOnly] }, /keys\.0\.d is missing/],
    ['a symmetric key', { keys: [{ kty: 'oct', k: d }] }, /keys\.0\.kty must be EC or RSA/],
    ['an Edwards key', { keys: [{ ...one, kty: 'OKP' }] }, /keys\.0\.kty must be EC or RSA/],
    ['another curve', { keys: [one, ec('P-384')] }, /keys\.1\.crv must be P-256/],
    ['another algorithm', { keys: [{ ...one, alg: 'RS256' }] }, /keys\.0\.alg must be ES256/],
    ['a key to encrypt with', { keys: [{ ...one, use: 'enc' }] }, /keys\.0\.use must be sig/],
    ['a kid of odd form', { keys: [{ ...one, kid: 'a b' }] }, /keys\.0\.kid must be/],
    [
      'two keys of one kid',
      {
        keys: [
          { ...one, kid: 'a' },
          { ...other, kid: 'a' },
        ],
      },
      /two keys of one kid/,
    ],
    ['one key twice', { keys: [one, one] }, /two keys of one kid/],
    ['halves that do not match', { keys: [{ ...one, d: other.d }] }, /keys\.0, that .*private half/],
    ['a point off the curve', { keys: [{ ...one, y: other.y }] }, /keys\.0, that is no valid key/],
    ['a short RSA key', { keys: [rsa(1024)] }, /1024 bits/],
    ['an RSA key of exponent 3', { keys: [rsa(2048, 3)] }, /public exponent/],
    ['an RSA key without its primes', { keys: [{ ...rsa(), p: undefined }] }, /keys\.0\.p is missing/],
  ])('is refused with %s', async (_name, content, words) => {
    expect(await faultOf(content)).toMatch(words);
  });

  it('is refused with every fault at once and no word of what it holds', async () => {
    const message = await faultOf({ keys: [{ ...one, alg: 'HS256' }, publicOnly, { ...other, use: 'enc' }] });
    expect(message.split('\n')).toHaveLength(3);
    const broken = await faultOf(`{"keys": [{"d": "${one.d}" oops`);
    for (const secret of [one.d!, other.d!]) expect(message + broken).not.toContain(secret);
  });

  it('that is not there is named', async () => {
    const missing = new SigningKeysFile(join(tmpdir(), 'wxpass-no-such-file'));
    await expect(missing.load()).rejects.toThrow(
      /SIGNING_KEYS_FILE names a file that cannot be read.*ENOENT/,
    );
  });
});
