import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document of every route. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const description = 'Self-hosted WeChat (微信) sign-in and sessions';
  const options = new DocumentBuilder()
    .setTitle('wxpass')
    .setDescription(description)
    .setVersion('0.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .build();
  return SwaggerModule.createDocument(app, options);
}

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
