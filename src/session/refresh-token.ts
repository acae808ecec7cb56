import { createHmac, randomBytes } from 'node:crypto';
import { parse as parseUuid, stringify as stringifyUuid } from 'uuid';
import { hashSecret } from '../platform/crypto/secrets.js';

/**
 * A refresh token, opaque outside: the session's id, a part all tokens of the session share, and this token's own
 * secret of 256 bits. The shared part tells a former token, whose use ends the session, from an invented one, which
 * must not be able to end anything.
 */
export interface RefreshToken {
  sessionId: string;
  family: Buffer;
  secret: Buffer;
}

const idBytes = 16;
const familyBytes = 16;
const secretBytes = 32;
const form = /^[A-Za-z0-9_-]{86}$/;

export function newRefreshToken(sessionId: string): RefreshToken {
  return { sessionId, family: randomBytes(familyBytes), secret: randomBytes(secretBytes) };
}

export function newRotationSalt(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** The token after this one: the same for whoever shows the predecessor while the salt stands. */
export function successorOf(token: RefreshToken, salt: string): RefreshToken {
  return { ...token, secret: createHmac('sha256', token.secret).update(salt).digest() };
}

export function formatRefreshToken({ sessionId, family, secret }: RefreshToken): string {
  return Buffer.concat([parseUuid(sessionId), family, secret]).toString('base64url');
}

/** The parts of a well-formed token; nothing where the text cannot be one. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  if (!form.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) return undefined;
  const id = bytes.subarray(0, idBytes);
  return {
    sessionId: formatId(id),
    family: bytes.subarray(idBytes, idBytes + familyBytes),
    secret: bytes.subarray(idBytes + familyBytes),
  };
}

function formatId(bytes: Buffer): string {
  try {
    return stringifyUuid(bytes);
  } catch {
    return '';
  }
}

export function familyHash({ family }: RefreshToken): string {
  return hashSecret(family);
}

export function refreshHash({ secret }: RefreshToken): string {
  return hashSecret(secret);
}

/** The family a token claims to be of; that of nobody where it is malformed. */
export function familyHashOf(text: string): string {
  const token = parseRefreshToken(text);
  return token ? familyHash(token) : '';
}
