import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openApiDocument } from '../../src/platform/http/docs.js';
import type { Answer, Client } from './client.js';

interface Operation {
  method: string;
  path: RegExp;
  /** The names of the errors at each status; nothing at good ones. */
  errors: Map<number, string[]>;
}

/** Whatever the path, and so no operation's. */
const anywhere = new Set([405, 431, 500]);

let operations: Operation[] | undefined;

/** The same client; it fails where the OpenAPI document does not name what it was answered. */
export function documentedClient(app: NestFastifyApplication, client: Client): Client {
  return {
    api: async (method, path, body, options) => {
      const answer = await client.api(method, path, body, options);
      operations ??= operationsOf(openApiDocument(app));
      const { pathname } = new URL(
        path.startsWith('/.') ? path : path.replace(/^(?!\/api)/, '/api/v1'),
        'http://x',
      );
      const operation = operations.find((one) => one.method === method && one.path.test(pathname));
      if (operation !== undefined && !names(operation, answer))
        throw new Error(
          `no document says that ${method} ${pathname} answers ${answer.status} ${answer.error}`,
        );
      return answer;
    },
  };
}

function names({ errors }: Operation, { status, error }: Answer): boolean {
  if (anywhere.has(status)) return true;
  return errors.has(status) && (error === undefined || errors.get(status)!.includes(error));
}

function operationsOf(document: { paths: object }): Operation[] {
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as object).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      errors: new Map(
        Object.entries(responses as object).map(([status, answer]) => [Number(status), errorsIn(answer)]),
      ),
    })),
  );
  // Plain paths before those with parameters.
  return all.sort(
    (one, other) => one.path.source.split('[^/]').length - other.path.source.split('[^/]').length,
  );
}

function errorsIn({ content = {} }: { content?: Record<string, { examples?: object }> }): string[] {
  return Object.values(content).flatMap(({ examples = {} }) => Object.keys(examples));
}
