import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../platform/config/config.js';
import { builtAssets } from './built-assets.js';
import { HostedPages } from './hosted-pages.js';
import type { PageData } from './page-data.js';

const pages: Record<string, PageData['page']> = {
  '/': 'login',
  '/login': 'login',
  '/login/confirm': 'confirm',
};
/** Names change with the content, so that a year is not too long. */
const assetMaxAge = '365d';

/** Serves the pages that people see: they stand beside the API, as the documents do, and use it from the browser. */
export async function servePages(server: FastifyInstance, config: Config): Promise<void> {
  const assets = builtAssets();
  const hosted = new HostedPages(config, assets);
  const headers = pageHeaders(config);
  for (const [path, page] of Object.entries(pages)) {
    server.get(path, (request, reply) => hosted.serve(page, request, reply.headers(headers)));
  }
  await server.register(fastifyStatic, {
    root: assets.folder,
    prefix: '/login/assets/',
    maxAge: assetMaxAge,
    immutable: true,
    preCompressed: true,
    // A route for each file: nothing else below it is found, not even the folder.
    wildcard: false,
    globIgnore: ['**/*.{br,gz}'],
    index: false,
    decorateReply: false,
  });
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
