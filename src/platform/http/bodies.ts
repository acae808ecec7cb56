import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes as they came, where a body came: what a signature covers. */
    rawBody?: Buffer;
    /** Why the body of a form route was not taken; its guard throws it once it knows who is calling. */
    formFault?: AppError;
  }
}

type Done = (error: Error | null, body?: unknown) => void;

/** OAuth's own endpoints take forms alone, as their standards say; the API takes JSON alone. */
const formRoutes = '/oauth/';
/** WeChat's pushes are taken as text, whatever they call themselves: who sealed them is known by the text alone. */
const textRoutes = '/wechat/push/';
/** More than any form of OAuth has. */
const maxFields = 32;

/** An absent or empty body is `{}`; keys that would reach a prototype are refused. */
export function parseBodies(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = keepRaw(request, body).toString('utf8');
    if (takesForms(request)) refuseType(request, done);
    else if (text === '') done(null, {});
    else void parseJson(request, text, done);
  });
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (request, body, done) => {
      const text = keepRaw(request, body).toString('utf8');
      if (takesForms(request)) parseForm(request, text, done);
      else refuseType(request, done);
    },
  );
  server.addContentTypeParser('*', (request, unread, done) => {
    if (takesText(request))
      readText(unread, server.initialConfig.bodyLimit!).then((text) => done(null, text), done);
    else refuseType(request, done);
  });
  server.addHook('onRequest', (request, _reply, next) => {
    if (takesText(request)) request.raw.headers['content-type'] = 'text/plain';
    next();
  });
  server.addHook('preValidation', (request, _reply, next) => {
    if (request.body === undefined && request.method !== 'GET') request.body = {};
    next();
  });
}

function keepRaw(request: FastifyRequest, body: string | Buffer): Buffer {
  request.rawBody = Buffer.isBuffer(body) ? body : Buffer.from(body);
  return request.rawBody;
}

function takesForms({ routeOptions: { url } }: FastifyRequest): boolean {
  return url?.startsWith(formRoutes) ?? false;
}

function takesText({ routeOptions: { url } }: FastifyRequest): boolean {
  return url?.startsWith(textRoutes) ?? false;
}

/** Fastify's own limit is for types that it knows. @throws AppError too_large */
async function readText(stream: Readable, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  // A stream that is left early is not to take the connection along: the refusal is yet to be sent.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) throw new AppError('too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What is at no route is not found, whatever it carries. */
function refuseType(request: FastifyRequest, done: Done): void {
  const fault = new AppError('unsupported_media_type');
  if (takesForms(request)) request.formFault = fault;
  done(takesForms(request) || request.is404 ? null : fault);
}

/** No parameter may come twice (RFC 6749, 3.1), be it one that we know or not. */
function parseForm(request: FastifyRequest, text: string, done: Done): void {
  const fields = [...new URLSearchParams(text)];
  const names = new Set(fields.map(([name]) => name));
  const isSound = fields.length <= maxFields && names.size === fields.length;
  if (!isSound) request.formFault = new AppError('invalid_request');
  done(null, isSound ? Object.fromEntries(fields) : {});
}
