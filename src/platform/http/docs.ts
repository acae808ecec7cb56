import { existsSync, readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { openApiComponents } from './openapi.js';

const version = ownVersion();

/** The OpenAPI document of every route. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const options = new DocumentBuilder()
    .setTitle('wxpass')
    .setDescription(description)
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.0')
    .addServer('/')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, options);
  const { schemas, headers } = openApiComponents();
  return {
    ...document,
    components: { ...document.components, schemas: { ...document.components?.schemas, ...schemas }, headers },
  };
}

const description = `Self-hosted WeChat (微信) sign-in and sessions.

Every answer under /api/v1 is \`{code, message, data, traceId}\`, with an \`error\` name where it is a bad one. Messages follow
\`Accept-Language\` (\`zh\` or \`en\`, else \`zh\`). Beside what each operation lists, an unknown path answers \`not_found\`, another
method \`method_not_allowed\`, and a fault of the service \`internal_error\`.`;

/** Swagger UI styles itself from its page; scripts come from here alone. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/docs` for people, `/docs/openapi.json` for tools. */
export function serveDocs(app: NestFastifyApplication): void {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, next) => {
    if (/^\/docs(\/|\?|$)/.test(request.url)) reply.header('content-security-policy', docsPolicy);
    next();
  });
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'docs/openapi.json',
    raw: ['json'],
  });
}

/** Of package.json, which lies three folders above this file in src, and four in dist. */
function ownVersion(): string {
  const places = ['../../../package.json', '../../../../package.json'];
  const file = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  if (!file) throw new Error('package.json is not beside src or dist');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
