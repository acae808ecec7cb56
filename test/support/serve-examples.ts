import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const sdk = join(__dirname, '../../sdk/web');
const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8' };

export interface Examples {
  origin: string;
  close(): Promise<void>;
}

/** The example pages of `@wxpass/web` on an origin of their own, with their scripts newly bundled. */
export async function serveExamples(): Promise<Examples> {
  const scripts = await mkdtemp(join(tmpdir(), 'wxpass-examples-'));
  await promisify(execFile)(process.execPath, [join(sdk, 'build-examples.mjs'), scripts]);
  const server = createServer((request, response) => void answer(scripts, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(scripts, { recursive: true });
    },
  };
}

async function answer(scripts: string, { url }: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, folder, file, type] = /^\/(examples|dist\/examples)\/(\w+\.(html|js))\b/.exec(url!) ?? [];
  if (!file) return void response.writeHead(404).end();
  const place = folder === 'examples' ? join(sdk, 'examples') : scripts;
  response.setHeader('content-type', types[type as keyof typeof types]);
  response.end(await readFile(join(place, file)));
}
