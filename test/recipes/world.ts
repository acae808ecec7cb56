import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as send } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { embedded } from '../support/backends.js';
import { selfSigned } from '../support/certificate.js';
import { Machine } from '../support/machine.js';
import { type RunningService, startService } from '../support/start-service.js';

/** A wxpass behind https, and the keys that it signs with. */
export interface World {
  service: RunningService;
  issuer: string;
  /** PEM file that lets others trust the https in front. */
  certificate: string;
  /** The first signs, and each verifies. */
  keys: JWK[];
  /** Lets another key sign, and keeps the ones before for verifying. */
  rotate(): Promise<JWK>;
  close(): Promise<void>;
}

export const orders = new Machine('orders', 'a-secret-of-the-orders', 'introspect');

export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'wxpass-recipes-'));
  const [certificate, keysFile] = [join(folder, 'certificate.pem'), join(folder, 'keys.json')];
  const front = await startFront(certificate);
  const keys = [await newKey('first')];
  const saveKeys = () => writeFileSync(keysFile, JSON.stringify({ keys }));
  saveKeys();
  const service = await startService(embedded, {
    env: { PUBLIC_URL: front.url, SIGNING_KEYS_FILE: keysFile, API_CLIENTS: orders.entry },
  });
  front.passOnTo(service.base);
  return {
    service,
    issuer: front.url,
    certificate,
    keys,
    rotate: async () => {
      keys.unshift(await newKey(`key-${keys.length + 1}`));
      saveKeys();
      return keys[0]!;
    },
    close: async () => {
      front.close();
      await service.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
}

/** The proxy that speaks https for a service which knows its address before it starts. */
async function startFront(certificateFile: string) {
  const { key, cert } = selfSigned('127.0.0.1', 1);
  writeFileSync(certificateFile, cert);
  let target = '';
  const server = createServer({ key, cert }, (request, response) => {
    const { method, headers, url } = request;
    const passedOn = send(target + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passedOn.on('error', () => response.destroy());
    request.pipe(passedOn);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passOnTo: (base: string) => (target = base),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
