import type { FastifyInstance } from 'fastify';

/**
 * Serves the files by which WeChat checks whose domain it is (WECHAT_VERIFY_FILES): at the root, the exact content.
 * https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
 */
export function serveVerifyFiles(server: FastifyInstance, files: ReadonlyMap<string, string>): void {
  for (const [name, content] of files) {
    server.get(`/${name}`, (_request, reply) => reply.type('text/plain; charset=utf-8').send(content));
  }
}
