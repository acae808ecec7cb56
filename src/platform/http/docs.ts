import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { z } from 'zod';
import { Config } from '../config/config.js';
import { ownVersion } from '../config/own-version.js';
import { securitySchemes, withEveryWayIn } from './openapi-ways-in.js';
import { openApiComponents, toJsonSchema } from './openapi-components.js';

/** The OpenAPI document of every route. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const { publicUrl } = app.get(Config);
  const builder = new DocumentBuilder()
    .setTitle('wxpass')
    .setDescription(description)
    .setVersion(ownVersion)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.0')
    .addServer(publicUrl);
  for (const [name, about] of Object.entries(tags)) builder.addTag(name, about);
  const document = SwaggerModule.createDocument(app, builder.build(), { standardSchemaConverter });
  const { contact: _none, ...info } = document.info;
  const { schemas, headers } = openApiComponents();
  return {
    ...document,
    info,
    paths: withEveryWayIn(document.paths),
    components: {
      schemas: { ...document.components?.schemas, ...schemas },
      headers,
      securitySchemes: securitySchemes(publicUrl),
    },
  };
}

/** Nest by itself would write OpenAPI 3.0, whose `nullable` means nothing in 3.1. */
function standardSchemaConverter(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  return { schema: toJsonSchema(schema as z.ZodType, schemaType) };
}

const tags = {
  'Logging in': 'By WeChat or by password; refreshing, logging out',
  'Scan to log in': 'A computer shows a code, a phone scans it and decides',
  'Own account': 'What a person does with the own account',
  'Own sessions': 'Where a person is logged in',
  Administration: 'For administrators, auditors and machine clients of the scope admin',
  'For other systems': 'Keys, introspection, revocation, the pushes of WeChat',
  Health: 'For orchestrators and Prometheus',
};

const description = `Self-hosted WeChat (微信) sign-in and sessions.

Every answer under /api/v1 is \`{code, message, data, traceId}\`, with an \`error\` name where it is a bad one. Messages
follow \`Accept-Language\` (\`zh\` or \`en\`, else \`zh\`); the trace id is that of \`traceparent\`, where one is sent.
Beside what each operation lists, an unknown path answers \`not_found\`, another method \`method_not_allowed\`, and a
fault of the service \`internal_error\`.

A way in that is a cookie counts for pages in a browser that log in with \`"mode": "cookie"\`; where several are listed
for an operation, any one will do.`;

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
