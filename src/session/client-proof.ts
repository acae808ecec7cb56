import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { isStale, readStamp } from '../audit/replay-protection.js';
import { AppError } from '../platform/errors/app-error.js';
import type { ErrorName } from '../platform/errors/catalogue.js';
import type { ClientSecret } from './client-secret.js';

/** What a request shows to prove from which machine client it comes. */
export interface ClientProof {
  /** Whom it names; nobody yet. */
  id: string;
  fits: (secret: ClientSecret) => boolean;
  /** What is wrong where it does not fit. */
  refusal: ErrorName;
  /** Of a signed request: to be used up once the signature was found good. */
  nonce?: string;
}

/** Whether the request means to prove a machine client at all. */
export function showsProof({ headers }: FastifyRequest): boolean {
  return headers['x-signature'] !== undefined || /^basic /i.test(headers.authorization ?? '');
}

/**
 * Reads the proof; nothing at all, and a stale signature, read as one that fits no secret.
 * @throws AppError invalid_request where there are two or a header is malformed
 */
export function readProof(request: FastifyRequest): ClientProof {
  const { authorization, 'x-signature': signature } = request.headers;
  if (signature === undefined) return readBasic(authorization);
  // One way at a time (RFC 6749, 2.3).
  if (authorization !== undefined) throw new AppError('invalid_request');
  return readSignature(request, String(signature));
}

function readBasic(authorization = ''): ClientProof {
  const [, encoded = ''] = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? [];
  const pair = Buffer.from(encoded, 'base64');
  const [, id = '', secret = ''] = (isUtf8(pair) && /^([^:]*):(.*)$/s.exec(pair.toString())) || [];
  // RFC 6749, 2.3.1 has both parts form-encoded; most clients, curl among them, send them as they are.
  const readings = [secret, formDecode(secret)];
  return { id: formDecode(id), fits: (known) => known.isAmong(readings), refusal: 'unauthenticated' };
}

function readSignature(request: FastifyRequest, signature: string): ClientProof {
  const { timestamp, nonce } = readStamp(request.headers);
  const bodyHash = createHash('sha256')
    .update(request.rawBody ?? '')
    .digest('hex');
  const text = [request.method, pathOf(request.url), timestamp, nonce, bodyHash].join('\n');
  return {
    id: String(request.headers['x-client-id'] ?? ''),
    fits: (known) => known.hasSigned(text, signature) && !isStale(timestamp),
    refusal: 'request_signature_invalid',
    nonce,
  };
}

/** With its query; a request line may name the origin before it (RFC 9112, 3.2.2). */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*/i, '');
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
