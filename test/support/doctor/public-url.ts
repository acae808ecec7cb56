import type { IncomingMessage, ServerResponse } from 'node:http';
import { loadConfig } from '../../../src/platform/config/load-config.js';
import { openSealer } from '../../../src/platform/crypto/open-sealer.js';
import { openDatabase } from '../../../src/platform/database/migrate.js';
import { schema } from '../../../src/schema.js';
import { openSigningKeyRows } from '../../../src/session/signing-key-rows.js';
import { selfSigned } from '../certificate.js';
import { miniProgram } from '../start-simulator.js';
import type { Provocation } from './provocation.js';
import { onlyApp, type Env, type World } from './world.js';

const up = { status: 'up' };

/** What the service says while its database is away; alive all the same. */
function halfDead({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const isLiveness = url.startsWith('/health/live');
  const isKnown = isLiveness || url.startsWith('/health/ready');
  const status = isLiveness ? 'ok' : 'error';
  const error = isLiveness ? {} : { database: { status: 'down' } };
  response.statusCode = isLiveness ? 200 : isKnown ? 503 : 404;
  response.end(
    isKnown ? JSON.stringify({ status, info: { service: up }, error, details: {} }) : 'nothing here',
  );
}

/** As that, and with the keys of the service, so that it is taken for it. */
async function halfDeadAmid(world: World): Promise<string> {
  const keys = await (await fetch(`${world.service.base}/.well-known/jwks.json`)).text();
  return world.serve((request, response) =>
    request.url === '/.well-known/jwks.json' ? response.end(keys) : halfDead(request, response),
  );
}

/** Trusted by a doctor that runs in a process of its own. */
async function tls(world: World, name: string, daysLeft: number, isTrusted = true): Promise<Env> {
  const certificate = selfSigned(name, daysLeft);
  const url = await world.serve(halfDead, certificate);
  const file = await world.file(certificate.cert);
  return { PUBLIC_URL: url, ...(isTrusted ? { NODE_EXTRA_CA_CERTS: file } : {}) };
}

/** Everything is sent on to there. */
async function redirecting(world: World, target: (path: string, own: string) => string): Promise<Env> {
  const own: string = await world.serve(({ url = '' }, response) => {
    response.writeHead(301, { location: target(url, own) }).end();
  });
  return { PUBLIC_URL: own };
}

async function otherInstallation(world: World): Promise<Env> {
  const env = { DATABASE_URL: await world.database(), DATABASE_MIGRATE: 'true' };
  const config = loadConfig({ ...world.env, ...env });
  const dataSource = await openDatabase(config.database, schema);
  await openSigningKeyRows(dataSource, openSealer(config)).loadOrCreate('ES256');
  await dataSource.destroy();
  return env;
}

export const publicUrlProvocations: Provocation[] = [
  {
    condition: 'public-url-host-unknown',
    how: 'PUBLIC_URL=https://nowhere.invalid',
    provoke: () => ({ PUBLIC_URL: 'https://nowhere.invalid' }),
  },
  {
    condition: 'public-url-unreachable',
    how: 'the service runs here, nothing listens at PUBLIC_URL',
    provoke: () => ({ PUBLIC_URL: 'http://127.0.0.1:1' }),
  },
  {
    condition: 'public-url-unreachable',
    how: 'the service runs here, what listens at PUBLIC_URL never says a word',
    provoke: async (world) => ({ PUBLIC_URL: `http://127.0.0.1:${await world.silence()}` }),
  },
  {
    condition: 'public-url-certificate-expired',
    how: 'a certificate that ended yesterday',
    provoke: (world) => tls(world, '127.0.0.1', -1),
  },
  {
    condition: 'public-url-certificate-expiring',
    how: 'a certificate that ends in 5 days',
    provoke: (world) => tls(world, '127.0.0.1', 5),
  },
  {
    condition: 'public-url-certificate-name',
    how: 'a certificate for other.example',
    provoke: (world) => tls(world, 'other.example', 90),
  },
  {
    condition: 'public-url-certificate-untrusted',
    how: 'a certificate that signs itself',
    provoke: (world) => tls(world, '127.0.0.1', 90, false),
  },
  {
    condition: 'public-url-no-tls',
    how: "https at the service's own port",
    provoke: (world) => ({ PUBLIC_URL: world.service.base.replace('http:', 'https:') }),
  },
  {
    condition: 'public-url-should-be-https',
    how: 'a proxy that redirects http to https',
    provoke: (world) => redirecting(world, (path, own) => own.replace('http:', 'https:') + path),
  },
  {
    condition: 'public-url-redirects',
    how: 'a login wall before the service',
    provoke: (world) => redirecting(world, () => 'https://wall.example/login?then=wxpass'),
  },
  {
    condition: 'public-url-prefix',
    how: 'PUBLIC_URL with a path that no proxy strips',
    provoke: (world) => ({ PUBLIC_URL: `${world.service.base}/sso` }),
  },
  {
    condition: 'public-url-other-service',
    how: 'another web server at PUBLIC_URL',
    provoke: async (world) => ({
      PUBLIC_URL: await world.serve((_request, response) => response.end('<h1>It works!</h1>')),
    }),
  },
  {
    condition: 'public-url-other-installation',
    how: 'the database of another installation',
    provoke: otherInstallation,
  },
  {
    condition: 'public-url-not-ready',
    how: 'a service whose readiness answers 503 (fake)',
    provoke: async (world) => ({ PUBLIC_URL: await world.serve(halfDead) }),
  },
  {
    condition: 'public-url-no-domain',
    how: 'a website app and a PUBLIC_URL of 127.0.0.1 with a port',
  },
  {
    condition: 'verify-file-not-served',
    how: 'WECHAT_VERIFY_FILES that the running service does not know',
    provoke: () => ({ WECHAT_VERIFY_FILES: 'MP_verify_y.txt=another' }),
  },
  {
    condition: 'push-address-refuses',
    how: "another push token than the running service's",
    provoke: () => onlyApp({ pushToken: 'plantedToken1' }),
  },
  {
    condition: 'push-address-lost',
    how: 'a proxy that does not forward /wechat/push',
    provoke: async (world) => ({
      PUBLIC_URL: await halfDeadAmid(world),
      ...onlyApp({ pushToken: miniProgram.pushToken! }),
    }),
  },
];
