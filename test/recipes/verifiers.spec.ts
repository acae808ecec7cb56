import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { stranger } from '../support/person.js';
import { Backend } from './backend.js';
import { recipe } from './page.js';
import { startWorld, type World } from './world.js';

const example = 'https://login.example.com';
/** How long a key of an emergency may be unknown: what the page says of jose, and the service's look at the file. */
const rotationLimitMs = 45_000;

let world: World;
const backends = new Map<string, Backend>();

beforeAll(async () => {
  world = await startWorld();
  const code = (heading: string) => recipe(heading, { [example]: world.issuer });
  const { certificate } = world;
  for (const heading of ['jose', 'aws-jwt-verify', 'Passport'])
    backends.set(heading, await Backend.inNode(code(heading), certificate));
  backends.set('Python', await Backend.inPython(code('Python'), certificate));
  backends.set(
    'introspection',
    await Backend.inNode(code('Asking, by introspection'), certificate, {
      WXPASS_CLIENT_SECRET: 'a-secret-of-the-orders',
    }),
  );
}, 120_000);

afterAll(async () => {
  for (const backend of backends.values()) await backend.stop();
  await world?.close();
});

const logIn = async () => (await stranger(world.service.simulator).logIn(world.service)).data;

/** A token that differs in one thing from one that wxpass has issued, and is signed anew by its key. */
async function forged(
  good: string,
  change: { claims?: object; header?: object; key?: CryptoKey | Uint8Array },
) {
  const key = change.key ?? (await importJWK(world.keys.at(-1)!, 'ES256'));
  return new SignJWT({ ...decodeJwt(good), ...change.claims })
    .setProtectedHeader({ ...(decodeProtectedHeader(good) as { alg: string }), ...change.header })
    .sign(key);
}

const bad: Record<string, (good: string, refreshToken: string) => Promise<string | undefined> | string> = {
  'no token': async () => undefined,
  'what is no token': () => 'one.two.three',
  'a refresh token': (_, refreshToken) => refreshToken,
  'a token with another user in it': (good) => {
    const [header, , signature] = good.split('.');
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(good), sub: 'somebody-else' }));
    return [header, claims.toString('base64url'), signature].join('.');
  },
  'an expired one': (good) => forged(good, { claims: { exp: Math.floor(Date.now() / 1000) - 5 } }),
  'one of another issuer': (good) => forged(good, { claims: { iss: 'https://login.example.org' } }),
  'one for another audience': (good) => forged(good, { claims: { aud: 'others' } }),
  'one that is no access token': (good) => forged(good, { header: { typ: 'JWT' } }),
  "one of a stranger's key under our kid": async (good) =>
    forged(good, { key: (await generateKeyPair('ES256')).privateKey }),
  "one of a stranger's key under a kid of its own": async (good) =>
    forged(good, { key: (await generateKeyPair('ES256')).privateKey, header: { kid: 'of-a-stranger' } }),
  'one without a signature': (good) => new UnsecuredJWT(decodeJwt(good)).encode(),
  'one with the public key for a secret': (good) => {
    const key = createPublicKey({ key: world.keys.at(-1)! as JsonWebKey, format: 'jwk' });
    const secret = Buffer.from(key.export({ format: 'pem', type: 'spki' }) as string);
    return forged(good, { key: secret, header: { alg: 'HS256' } });
  },
};

describe.each(['jose', 'aws-jwt-verify', 'Passport', 'Python', 'introspection'])(
  'the recipe of %s, as the page has it',
  (name) => {
    it('lets in who has a good token, and knows who it is', async () => {
      const { accessToken, user } = await logIn();
      expect(await backends.get(name)!.ask(accessToken)).toEqual({ status: 200, user: user.id });
    });

    it.each(Object.keys(bad))('refuses %s', async (what) => {
      const { accessToken, refreshToken } = await logIn();
      const token = await bad[what]!(accessToken, refreshToken);
      expect(await backends.get(name)!.ask(token)).toEqual({ status: 401, user: '' });
      expect(await backends.get(name)!.ask(accessToken)).toMatchObject({ status: 200 });
    });
  },
);

it('an ended session is noticed at once by introspection, and by no signature', async () => {
  const { accessToken } = await logIn();
  await world.service.api('POST', '/auth/logout', undefined, { token: accessToken });
  const statuses = await Promise.all(
    [...backends].map(async ([name, backend]) => [name, (await backend.ask(accessToken)).status] as const),
  );
  expect(Object.fromEntries(statuses)).toEqual({
    jose: 200,
    'aws-jwt-verify': 200,
    Passport: 200,
    Python: 200,
    introspection: 401,
  });
});

it(
  'every recipe learns of a new key without a restart, and keeps the old one',
  async () => {
    const before = (await logIn()).accessToken as string;
    const { kid } = await world.rotate();
    const after = await until(async () => {
      const { accessToken } = await logIn();
      return decodeProtectedHeader(accessToken as string).kid === kid ? (accessToken as string) : undefined;
    });
    const learn = async (backend: Backend) => {
      await until(async () => (await backend.ask(after)).status === 200 || undefined);
      return (await backend.ask(before)).status;
    };
    expect(await Promise.all([...backends.values()].map(learn))).toEqual([200, 200, 200, 200, 200]);
  },
  2 * rotationLimitMs,
);

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const start = Date.now(); Date.now() - start < rotationLimitMs; await sleep(250)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`it did not come about in ${rotationLimitMs} ms`);
}
