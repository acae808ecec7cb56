import { createConfig, lintFromString } from '@redocly/openapi-core';
import { embedded } from '../support/backends.js';
import type { Answer } from '../support/client.js';
import { documentedClient } from '../support/documented-client.js';
import { type RunningService, startService } from '../support/start-service.js';

const rules = {
  'operation-tag-defined': 'error',
  // Redirects and the upgrade to a WebSocket have no answer of 2xx.
  'operation-2xx-response': 'off',
  // Nobody is refused the health and the public keys; routes.e2e-spec.ts says what the API may refuse.
  'operation-4xx-response': 'off',
  // Two errors belong to every path and method, so no operation names them.
  'no-unused-components': 'off',
} as const;

async function faultsOf(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'], rules });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, message, location: [place] }) => `${ruleId}: ${message} ${place?.pointer}`);
}

describe('the OpenAPI document, in the eyes of a linter', () => {
  let service: RunningService;
  let document: any;
  beforeAll(async () => {
    service = await startService(embedded);
    document = await (await fetch(`${service.base}/docs/openapi.json`)).json();
  });
  afterAll(() => service?.close());

  it('is OpenAPI 3.1 without a fault or a warning', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.paths).length).toBeGreaterThan(40);
    expect(await faultsOf(document)).toEqual([]);
  });

  it('would be found out if it had any', async () => {
    const planted = structuredClone(document);
    const { post } = planted.paths['/api/v1/auth/login'];
    delete post.operationId;
    post.tags = ['Nobody knows'];
    post.responses['200'].content['application/json'].example.data.expiresIn = 'soon';
    post.responses['401'].content['application/json'].schema = { $ref: '#/components/schemas/nothing' };
    delete planted.paths['/api/v1/auth/register'].post.security;

    const rules = (await faultsOf(planted)).map((fault) => fault.split(':')[0]);
    expect([...new Set(rules)].sort()).toEqual([
      'no-invalid-media-type-examples',
      'no-unresolved-refs',
      'operation-operationId',
      'operation-tag-defined',
      'security-defined',
    ]);
  });

  it('names all that tests are answered: their client takes nothing else', async () => {
    const answered = (status: number, error?: string) =>
      documentedClient(service.app, { api: async () => ({ status, error }) as Answer });
    for (const client of [answered(200), answered(401, 'session_ended'), answered(500, 'internal_error')])
      expect(await client.api('GET', '/users/me')).toBeDefined();
    for (const client of [answered(201), answered(401, 'invalid_credentials'), answered(409, 'conflict')])
      await expect(client.api('GET', '/users/me')).rejects.toThrow(/no document says that GET/);
  });
});
