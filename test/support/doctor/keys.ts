import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { Provocation } from './provocation.js';

const otherKey = () => ({ ENCRYPTION_KEYS: `other:${randomBytes(32).toString('base64')}` });

async function keySet(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return JSON.stringify({ keys: [await exportJWK(privateKey)] });
}

export const keyProvocations: Provocation[] = [
  {
    condition: 'encryption-keys-do-not-open',
    how: 'ENCRYPTION_KEYS of another installation',
    provoke: otherKey,
  },
  {
    condition: 'signing-keys-sealed',
    how: 'ENCRYPTION_KEYS of another installation',
    provoke: otherKey,
  },
  {
    condition: 'signing-keys-file-unreadable',
    how: 'SIGNING_KEYS_FILE names no file',
    provoke: () => ({ SIGNING_KEYS_FILE: '/nowhere/keys.json' }),
  },
  {
    condition: 'signing-keys-file-invalid',
    how: 'SIGNING_KEYS_FILE holds a symmetric key',
    provoke: async (world) => ({
      SIGNING_KEYS_FILE: await world.file('{"keys":[{"kty":"oct","k":"planted"}]}'),
    }),
  },
  {
    condition: 'signing-keys-file-open',
    how: 'SIGNING_KEYS_FILE of mode 644',
    provoke: async (world) => ({ SIGNING_KEYS_FILE: await world.file(await keySet(), 0o644) }),
  },
];
