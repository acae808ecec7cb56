import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes as they came, where a body came: what a signature covers. */
    rawBody?: Buffer;
  }
}

type Done = (error: Error | null, body?: unknown) => void;

/** OAuth's own endpoints take forms, as their standards say; all others JSON alone. */
const formRoutes = '/oauth/';
/** More than any form of OAuth has; what comes after them is not looked at. */
const maxFields = 32;

/** An absent or empty body is `{}`; keys that would reach a prototype are refused. */
export function parseBodies(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = keepRaw(request, body).toString('utf8');
    if (text === '') done(null, {});
    else void parseJson(request, text, done);
  });
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (request, body, done) => parseForm(request, keepRaw(request, body).toString('utf8'), done),
  );
  server.addHook('preValidation', (request, _reply, next) => {
    if (request.body === undefined && request.method !== 'GET') request.body = {};
    next();
  });
}

function keepRaw(request: FastifyRequest, body: string | Buffer): Buffer {
  request.rawBody = Buffer.isBuffer(body) ? body : Buffer.from(body);
  return request.rawBody;
}

function parseForm(request: FastifyRequest, text: string, done: Done): void {
  if (!request.routeOptions.url?.startsWith(formRoutes)) return done(new AppError('unsupported_media_type'));
  done(null, fieldsOf(new URLSearchParams(text)));
}

/** A field that comes twice becomes a list, which no schema takes for text: OAuth forbids it (RFC 6749, 3.2). */
function fieldsOf(form: URLSearchParams): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of form) {
    fields.set(name, fields.has(name) ? [value] : value);
    if (fields.size > maxFields) break;
  }
  return Object.fromEntries(fields);
}
