import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ownVersion } from '../config/own-version.js';
import { openApiComponents } from './openapi.js';

/** The OpenAPI document of every route. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('wxpass')
    .setDescription(description)
    .setVersion(ownVersion)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.0')
    .addServer('/')
    .addBearerAuth({ type: 'http', bearerFormat: 'JWT', description: 'An access token' })
    .addBasicAuth({ type: 'http', description: 'A machine client of `API_CLIENTS`' }, 'client')
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-Signature', description: signature },
      'signedRequest',
    );
  for (const [name, about] of Object.entries(tags)) builder.addTag(name, about);
  const document = SwaggerModule.createDocument(app, builder.build());
  const { schemas, headers } = openApiComponents();
  return {
    ...document,
    paths: sayingWhatIsPublic(document.paths),
    components: { ...document.components, schemas: { ...document.components?.schemas, ...schemas }, headers },
  };
}

/** An operation without `security` leaves open whether it was forgotten. */
function sayingWhatIsPublic(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations as Record<string, object>).map(([method, operation]) => [
          method,
          { security: [], ...operation },
        ]),
      ),
    ]),
  );
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

const signature =
  'Hex HMAC-SHA256 of method, path with query, timestamp, nonce and the hex SHA-256 of the body, one a line, ' +
  'beside `X-Client-Id`, `X-Timestamp` and `X-Nonce`';

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
