import type { FastifyInstance } from 'fastify';
import type { ServicePlace } from './service-place.js';
import { assets } from './virtual-phone.assets.js';
import { virtualPhonePage } from './virtual-phone.page.js';
import { pageWordsFor } from './virtual-phone.words.js';

/** The page with the login page, a phone and WeChat's log: `GET` of the prefix, with and without a slash. */
export async function virtualPhone(
  instance: FastifyInstance,
  service: ServicePlace | undefined,
): Promise<void> {
  const headers = pageHeaders(service);
  instance.addHook('onRequest', async (_request, reply) => void reply.headers(headers));

  instance.get('/', (request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .send(virtualPhonePage(pageWordsFor(request), instance.prefix, service)),
  );

  for (const [name, { type, text }] of assets) {
    instance.get(`/assets/${name}`, (_request, reply) => reply.type(type).send(text));
  }
}

function pageHeaders(service: ServicePlace | undefined): Record<string, string> {
  const allowed = ["'self'", ...foreignOrigins(service)].join(' ');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${allowed}`,
    `frame-src ${allowed}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}

function foreignOrigins(service: ServicePlace | undefined): string[] {
  const places = service ? [service.loginPage, service.api] : [];
  const foreign = places.filter((place) => URL.canParse(place)).map((place) => new URL(place).origin);
  return [...new Set(foreign)];
}
