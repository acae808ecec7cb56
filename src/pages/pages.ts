import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../platform/config/config.js';
import { builtAssets, type BuiltAssets } from './built-assets.js';
import { HostedPages } from './hosted-pages.js';
import type { PageData } from './page-data.js';

const pages: Record<string, PageData['page']> = {
  '/': 'login',
  '/login': 'login',
  '/login/confirm': 'confirm',
};
const assetsPath = '/login/assets/';
/** Names change with the content, so that a year is not too long. */
const assetMaxAge = '365d';
/** As esbuild writes it. */
const contentHash = /-[A-Z0-9]{8}\./;

/** Serves the pages that people see: they stand beside the API, as the documents do, and use it from the browser. */
export async function servePages(server: FastifyInstance, config: Config): Promise<void> {
  const assets = builtAssets();
  const hosted = new HostedPages(config, assets);
  const headers = pageHeaders(config);
  for (const [path, page] of Object.entries(pages)) {
    server.get(path, (request, reply) => hosted.serve(page, request, reply.headers(headers)));
  }
  await server.register((scope) => serveAssets(scope, assets));
}

async function serveAssets(
  server: FastifyInstance,
  { folder, script, style, icon }: BuiltAssets,
): Promise<void> {
  await server.register(fastifyStatic, {
    root: folder,
    prefix: assetsPath,
    maxAge: assetMaxAge,
    immutable: true,
    preCompressed: true,
    // A route for each file: nothing else below it is found, not even the folder.
    wildcard: false,
    globIgnore: ['**/*.{br,gz}'],
    index: false,
  });
  for (const name of [script, style, icon]) standInForOtherVersions(server, name);
}

/**
 * While replicas are replaced, a page of one version asks another for its script. It gets the one that there is, under a
 * name that is not its own, so that nobody may keep it.
 */
function standInForOtherVersions(server: FastifyInstance, name: string): void {
  const anyVersion = name.replace(contentHash, '-:version(^[A-Z0-9]{8}$).');
  const asItStands = { cacheControl: false, etag: false, lastModified: false, acceptRanges: false };
  server.get(assetsPath + anyVersion, (_request, reply) =>
    reply.header('cache-control', 'no-store').sendFile(name, asItStands),
  );
}

/** Nothing inline, nothing from elsewhere but the pictures of people; only the simulator shows a page beside its phone. */
function pageHeaders({ simulator }: Config): Record<string, string> {
  return {
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; " +
      `base-uri 'none'; form-action 'none'; frame-ancestors ${simulator ? "'self'" : "'none'"}`,
    'x-frame-options': simulator ? 'SAMEORIGIN' : 'DENY',
    'cache-control': 'no-store',
    vary: 'accept-language, user-agent',
  };
}
