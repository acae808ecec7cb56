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
  const algorithm = algorithmOf(privateKey);
  return {
    kid,
    algorithm,
    publicJwk: { ...publicHalf(privateJwk), kid, alg: algorithm, use: 'sig' },
    signatureBytes: algorithm === 'RS256' ? privateKey.asymmetricKeyDetails!.modulusLength! / 8 : 64,
    jwt: jwtService(kid, privateKey, algorithm, settings),
  };
}

export function publicHalf(privateJwk: JsonWebKey): JWK {
  return createPublicKey({ key: privateJwk, format: 'jwk' }).export({ format: 'jwk' });
}

function algorithmOf(privateKey: KeyObject): SigningAlgorithm {
  return privateKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
}

function jwtService(
  keyid: string,
  privateKey: KeyObject,
  algorithm: SigningAlgorithm,
  { issuer, audience, typ }: Config['jwt'],
): JwtService {
  const publicKey = createPublicKey(privateKey);
  return new JwtService({
    secretOrKeyProvider: (type) => (type === JwtSecretRequestType.SIGN ? privateKey : publicKey),
    signOptions: { algorithm, issuer, audience, keyid, header: { alg: algorithm, typ } },
    verifyOptions: { algorithms: [algorithm], issuer, audience },
  });
}
