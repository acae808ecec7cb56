import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { JwtSecretRequestType, JwtService } from '@nestjs/jwt';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Config } from '../platform/config/config.js';

export type SigningAlgorithm = Config['jwt']['algorithm'];

/** One key, ready to sign and verify. */
export interface SigningKey {
  kid: string;
  algorithm: SigningAlgorithm;
  publicJwk: JWK;
  /** Length of its signatures. */
  signatureBytes: number;
  /** Whether the private half is at hand; the public half verifies in any case. */
  canSign: boolean;
  jwt: JwtService;
}

/** RSA of 2048 bits is what every verifier takes; longer keys cost more than they add over a key's life. */
const rsaBits = 2048;

export async function generatePrivateJwk(algorithm: SigningAlgorithm): Promise<JsonWebKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, modulusLength: rsaBits });
  return await exportJWK(privateKey);
}

/** RFC 7638 thumbprint of the public half. */
export function thumbprint(privateJwk: JsonWebKey): Promise<string> {
  return calculateJwkThumbprint(publicHalf(privateJwk));
}

/** Everything public is derived from the private half, which nobody can alter unnoticed where it lies sealed. */
export function openSigningKey(kid: string, privateJwk: JsonWebKey, settings: Config['jwt']): SigningKey {
  const privateKey = createPrivateKey({ key: privateJwk, format: 'jwk' });
  return signingKey(kid, createPublicKey(privateKey), privateKey, settings);
}

/** One that verifies and cannot sign; undefined where the text is no public key. */
export function readPublicKey(
  kid: string,
  publicJwk: string,
  settings: Config['jwt'],
): SigningKey | undefined {
  try {
    const publicKey = createPublicKey({ key: JSON.parse(publicJwk) as JsonWebKey, format: 'jwk' });
    return signingKey(kid, publicKey, undefined, settings);
  } catch {
    return undefined;
  }
}

function signingKey(
  kid: string,
  publicKey: KeyObject,
  privateKey: KeyObject | undefined,
  settings: Config['jwt'],
): SigningKey {
  const algorithm = algorithmOf(publicKey);
  return {
    kid,
    algorithm,
    publicJwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' },
    signatureBytes: algorithm === 'RS256' ? publicKey.asymmetricKeyDetails!.modulusLength! / 8 : 64,
    canSign: privateKey !== undefined,
    jwt: jwtService(kid, publicKey, privateKey, algorithm, settings),
  };
}

export function publicHalf(privateJwk: JsonWebKey): JWK {
  return createPublicKey({ key: privateJwk, format: 'jwk' }).export({ format: 'jwk' });
}

function algorithmOf(key: KeyObject): SigningAlgorithm {
  return key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
}

function jwtService(
  keyid: string,
  publicKey: KeyObject,
  privateKey: KeyObject | undefined,
  algorithm: SigningAlgorithm,
  { issuer, audience, typ }: Config['jwt'],
): JwtService {
  return new JwtService({
    secretOrKeyProvider: (type) => (type === JwtSecretRequestType.SIGN ? privateKey! : publicKey),
    signOptions: { algorithm, issuer, audience, keyid, header: { alg: algorithm, typ } },
    verifyOptions: { algorithms: [algorithm], issuer, audience },
  });
}
