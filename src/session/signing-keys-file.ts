import {
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError, Faults } from '../platform/config/config-error.js';
import { thumbprint } from './signing-key.js';

const variable = 'SIGNING_KEYS_FILE';
const rsaBits = { least: 2048, most: 4096 };

const number = z.string('is missing').regex(/^[\w-]+={0,2}$/, 'must be base64url');
const everyKey = {
  use: z.literal('sig', 'must be sig').optional(),
  kid: z
    .string('must be text')
    .regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 visible characters')
    .optional(),
};
const ecKey = z.object({
  ...everyKey,
  kty: z.literal('EC'),
  crv: z.literal('P-256', 'must be P-256'),
  alg: z.literal('ES256', 'must be ES256').optional(),
  x: number,
  y: number,
  d: number,
});
const rsaKey = z.object({
  ...everyKey,
  kty: z.literal('RSA'),
  alg: z.literal('RS256', 'must be RS256').optional(),
  n: number,
  e: number,
  d: number,
  p: number,
  q: number,
  dp: number,
  dq: number,
  qi: number,
});
const keySet = z.object(
  {
    keys: z
      .array(
        z.discriminatedUnion(
          'kty',
          [ecKey, rsaKey],
          'must be EC or RSA: others cannot sign what all may verify',
        ),
        'must be an array',
      )
      .min(1, 'must have at least one key'),
  },
  'must be a JWK set: {"keys": [...]}',
);

export interface PrivateKey {
  kid: string;
  privateJwk: JsonWebKey;
}

/** The signing keys that an operator keeps: a JWK set (RFC 7517) with private keys, the first signs. */
export class SigningKeysFile {
  private text: string | undefined;
  private keys: PrivateKey[];

  constructor(private readonly path: string) {}

  /**
   * What the file says now, first the key that signs.
   * @throws ConfigError with every fault, in words that hold nothing of the file
   */
  async load(): Promise<PrivateKey[]> {
    const text = await this.read();
    if (text !== this.text) {
      this.keys = await parseKeySet(text);
      this.text = text;
    }
    return this.keys;
  }

  private async read(): Promise<string> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      return refuse([`names a file that cannot be read (${(error as NodeJS.ErrnoException).code})`]);
    }
  }
}

async function parseKeySet(text: string): Promise<PrivateKey[]> {
  const { keys } = parseForm(text);
  const faulty = keys.flatMap((key, i) =>
    faultsOf(key).map((fault) => `has a key, keys.${i}, that ${fault}`),
  );
  if (faulty.length > 0) refuse(faulty);
  const named = await Promise.all(keys.map(withKid));
  if (new Set(named.map(({ kid }) => kid)).size < named.length) refuse(['has two keys of one kid']);
  return named;
}

function parseForm(text: string): z.infer<typeof keySet> {
  const parsed = keySet.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  return refuse(
    parsed.error.issues.map(({ path, message }) => `has a fault: ${path.join('.') || 'it'} ${message}`),
  );
}

/** JSON.parse quotes what it stumbles over, which may be a key. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(['names a file that is not JSON']);
  }
}

/** What only the numbers themselves can tell. */
function faultsOf(privateJwk: JsonWebKey): string[] {
  const key = importKey(privateJwk);
  if (!key) return ['is no valid key'];
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  return [
    ...(modulusLength !== undefined && (modulusLength < rsaBits.least || modulusLength > rsaBits.most)
      ? [`has ${modulusLength} bits, not ${rsaBits.least} to ${rsaBits.most}`]
      : []),
    ...(publicExponent !== undefined && publicExponent < 65_537n
      ? ['has a public exponent below 65537']
      : []),
    ...(halvesMatch(key, privateJwk) ? [] : ['has a private half that is not of its public half']),
  ];
}

function importKey(key: JsonWebKey): KeyObject | undefined {
  try {
    return createPrivateKey({ key, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function halvesMatch(privateKey: KeyObject, jwk: JsonWebKey): boolean {
  const probe = Buffer.from('wxpass');
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  return verify('sha256', probe, publicKey, sign('sha256', probe, privateKey));
}

async function withKid({ kid, ...privateJwk }: JsonWebKey & { kid?: string }): Promise<PrivateKey> {
  return { kid: kid ?? (await thumbprint(privateJwk)), privateJwk };
}

function refuse(problems: string[]): never {
  const faults = new Faults();
  for (const problem of problems) faults.add(variable, problem);
  throw new ConfigError(faults.list);
}
