import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../errors/app-error.js';
import { catalogue, type ErrorName } from '../errors/catalogue.js';

const oauthPrefix = '/oauth/';

/** OAuth's own words (RFC 6749, 5.2; RFC 6750, 3.1) for what our catalogue says. */
const oauthErrors: Partial<Record<ErrorName, string>> = {
  unauthenticated: 'invalid_client',
  request_signature_invalid: 'invalid_client',
  forbidden: 'insufficient_scope',
  method_not_allowed: 'invalid_request',
  too_large: 'invalid_request',
  unsupported_media_type: 'invalid_request',
  dependency_unavailable: 'temporarily_unavailable',
  internal_error: 'server_error',
};

/** Where the catalogue's words would mislead. */
const formWanted = 'Please send application/x-www-form-urlencoded';

/** By the route that was found, not by the URL, which has many spellings; a URL without a route speaks for itself. */
export function isOauthRoute({ routeOptions, url }: FastifyRequest): boolean {
  return (routeOptions.url ?? url).startsWith(oauthPrefix);
}

/** Sends an error's body in OAuth's form, which has no envelope; its status and own headers are set already. */
export function sendOauthError(reply: FastifyReply, error: AppError): void {
  if (error.status === 401) reply.header('www-authenticate', 'Basic realm="wxpass", charset="UTF-8"');
  void reply.header('cache-control', 'no-store').send(oauthErrorOf(error.error, error.messageIn('en')));
}

/** The body in OAuth's form of an error of our catalogue. */
export function oauthErrorOf(name: ErrorName, words: string = catalogue[name].en) {
  return {
    error: oauthErrors[name] ?? name,
    error_description: name === 'unsupported_media_type' ? formWanted : words,
  };
}
