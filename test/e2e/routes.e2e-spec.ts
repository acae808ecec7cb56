import { readFileSync } from 'node:fs';
import { ModulesContainer } from '@nestjs/core';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { z } from 'zod';
import { catalogue } from '../../src/platform/errors/catalogue.js';
import { endReasons } from '../../src/platform/errors/error-data.js';
import { openApiDocument } from '../../src/platform/http/docs.js';
import { isPublicKey } from '../../src/platform/http/public.decorator.js';
import { ClientScope } from '../../src/session/machine-client.guard.js';
import { embedded } from '../support/backends.js';
import { type RunningService, startService } from '../support/start-service.js';

interface Route {
  name: string;
  method: string;
  path: string;
  isPublic: boolean;
  /** Whether machine clients may come. */
  isForMachines: boolean;
  parameters: { type: RouteParamtypes; schema?: unknown; whole: boolean }[];
}

const inputs = [RouteParamtypes.BODY, RouteParamtypes.QUERY, RouteParamtypes.PARAM];

/** Every route as Nest knows it, straight from the decorators of the controllers. */
function routesOf(service: RunningService): Route[] {
  const modules = [...service.app.get(ModulesContainer).values()];
  const controllers = modules
    .flatMap((module) => [...module.controllers.values()])
    .map(({ metatype }) => metatype);
  return controllers.flatMap((controller) => {
    const prototype = (controller as { prototype: object }).prototype;
    const keys = Object.getOwnPropertyNames(prototype).filter((key) => key !== 'constructor');
    return keys.flatMap((key) => {
      const handler = (prototype as Record<string, unknown>)[key] as object;
      const path = typeof handler === 'function' ? Reflect.getMetadata(PATH_METADATA, handler) : undefined;
      if (path === undefined) return [];
      const prefix = Reflect.getMetadata(PATH_METADATA, controller as object) as string;
      const described = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller as object, key) ?? {};
      return [
        {
          name: `${(controller as { name: string }).name}.${key}`,
          method: RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number]!,
          path: `/${prefix}/${path}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1'),
          isPublic: [handler, controller as object].some((target) =>
            Reflect.getMetadata(isPublicKey, target),
          ),
          isForMachines: Reflect.getMetadata(ClientScope.KEY, handler) !== undefined,
          parameters: Object.entries(described).map(([type, value]) => ({
            type: Number(type.split(':')[0]),
            schema: (value as { schema?: unknown }).schema,
            whole: (value as { data?: unknown }).data === undefined,
          })),
        },
      ];
    });
  });
}

interface Operation {
  route: string;
  path: string;
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters: any[];
  requestBody?: any;
  /** With headers and schemas in place of what referred to them. */
  responses: Record<string, any>;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

function operationsOf(document: any): Operation[] {
  return Object.entries<any>(inPlace(document.paths, document)).flatMap(([path, item]) =>
    Object.entries<any>(item).map(([method, operation]) => {
      expect(methods).toContain(method);
      return { ...operation, route: `${method.toUpperCase()} ${path}`, path };
    }),
  );
}

/** The same with each `$ref` replaced by what it names. */
function inPlace(value: any, document: any): any {
  if (Array.isArray(value)) return value.map((item) => inPlace(item, document));
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value) return inPlace(lookUp(value.$ref, document), document);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inPlace(item, document)]));
}

function lookUp(reference: string, document: any): unknown {
  const target = reference
    .replace(/^#\//, '')
    .split('/')
    .reduce((part, key) => part?.[key], document);
  if (target === undefined) throw new Error(`${reference} names nothing`);
  return target;
}

/** Why the example does not fit. JSON Schema's patterns know Unicode classes, zod's reading of them does not. */
function misfits(example: unknown, schema: unknown): unknown[] {
  const readable = JSON.stringify(schema, (key, value) =>
    key === 'pattern' && hasUnicodeClass(value) ? undefined : value,
  );
  return z.fromJSONSchema(JSON.parse(readable)).safeParse(example).error?.issues ?? [];
}

/** Throws where it is no pattern at all. */
const hasUnicodeClass = (pattern: string) => new RegExp(pattern, 'u').source.search(/\\p\{/i) >= 0;

/** Where fields are that nothing is said of. */
function fieldsWithoutWords(schema: any, path = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? []), schema.items];
  const own = Object.entries<any>(schema.properties ?? {}).flatMap(([name, field]) => [
    ...(isDescribed(field) || isWrapping.has(name) ? [] : [`${path}/${name}`]),
    ...fieldsWithoutWords(field, `${path}/${name}`),
  ]);
  return [...own, ...inner.flatMap((one) => fieldsWithoutWords(one, path))];
}

/** What may be null is described where it is not. */
const isDescribed = ({ description, anyOf: [first] = [] }: any): boolean =>
  Boolean(description ?? first?.description);

/** What wraps the data of all answers, and objects whose fields say it all. */
const isWrapping = new Set(['code', 'message', 'data', 'items', 'user', 'device', 'account']);

const isPush = (route: string) => route === 'POST /wechat/push/{appId}';

/** Whatever it calls itself; where there are several, they are described alike. */
const jsonOf = (answer: any) => Object.values<any>(answer.content ?? {})[0];
const examplesOf = ({ example, examples = {} }: any): unknown[] => [
  ...(example === undefined ? [] : [example]),
  ...Object.values<any>(examples).map(({ value }) => value),
];
const envelopesOf = (schema: any): any[] => schema.oneOf ?? [schema];
const errorsAt = (answer: any): string[] =>
  answer === undefined
    ? []
    : envelopesOf(jsonOf(answer).schema).map(({ properties }) => properties.error.const);

describe('every route', () => {
  let service: RunningService;
  let routes: Route[];
  beforeAll(async () => {
    service = await startService(embedded);
    routes = routesOf(service);
  });
  afterAll(() => service?.close());

  it('is found by this test', () => {
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining([
        'POST /api/v1/auth/wechat/mini-program',
        'GET /api/v1/users/me',
        'GET /health/ready',
      ]),
    );
  });

  it('has a schema for each body, query and param it reads, and for the body of each write', () => {
    const unchecked = routes.filter(({ method, parameters }) => {
      const read = parameters.filter(({ type }) => inputs.includes(type));
      const takesBody = ['POST', 'PUT', 'PATCH'].includes(method);
      return (
        read.some(({ schema, whole }) => !schema || !whole) ||
        (takesBody && !read.some(({ type }) => type === RouteParamtypes.BODY))
      );
    });
    expect(unchecked.map(({ name }) => name)).toEqual([]);
  });

  it('denies a stranger unless it says that it is public', async () => {
    const guarded = routes.filter(({ isPublic }) => !isPublic);
    expect(guarded.length).toBeGreaterThan(0);
    for (const { method, path } of guarded) {
      const answer = await service.api(method, path.replaceAll(/:\w+/g, 'x'));
      expect([method, path, answer.status, answer.error]).toEqual([method, path, 401, 'unauthenticated']);
    }
    expect(
      routes
        .filter(({ isPublic }) => isPublic)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      'DELETE /api/v1/auth/scans/:scanId',
      'GET /.well-known/jwks.json',
      'GET /api/v1/auth/scans/:scanId',
      'GET /api/v1/auth/scans/:scanId/events',
      'GET /api/v1/auth/scans/:scanId/qr.png',
      'GET /api/v1/auth/scans/:scanId/qr.svg',
      'GET /api/v1/auth/scans/:scanId/socket',
      'GET /api/v1/auth/wechat/official-account/authorize',
      'GET /api/v1/auth/wechat/official-account/callback',
      'GET /api/v1/auth/wechat/website/authorize',
      'GET /api/v1/auth/wechat/website/callback',
      'GET /health',
      'GET /health/live',
      'GET /health/ready',
      'GET /metrics',
      'GET /wechat/push/:appId',
      'POST /api/v1/auth/login',
      'POST /api/v1/auth/refresh',
      'POST /api/v1/auth/register',
      'POST /api/v1/auth/scans',
      'POST /api/v1/auth/token',
      'POST /api/v1/auth/wechat/mini-program',
      'POST /api/v1/auth/wechat/mobile',
      'POST /oauth/introspect',
      'POST /oauth/revoke',
      'POST /wechat/push/:appId',
    ]);
  });

  it('is shown to people and tools where DOCS is on', async () => {
    const page = await fetch(`${service.base}/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const json = await fetch(`${service.base}/docs/openapi.json`);
    expect(await json.json()).toMatchObject({ info: { title: 'wxpass' } });
  });
});

/** What guards do not say of a public route: by what it knows whom it asks for. */
const proofsOf: Record<string, string[][]> = {
  'POST /api/v1/auth/refresh': [[], ['refreshCookie', 'csrfCookie', 'csrfToken']],
  'GET /api/v1/auth/wechat/website/callback': [['browserCookie']],
  'GET /api/v1/auth/wechat/official-account/callback': [['browserCookie']],
  'GET /api/v1/auth/scans/:scanId': [['browserCookie'], ['scanToken']],
  'DELETE /api/v1/auth/scans/:scanId': [['browserCookie'], ['scanToken']],
  'GET /api/v1/auth/scans/:scanId/events': [['browserCookie'], ['scanToken']],
  'GET /api/v1/auth/scans/:scanId/qr.png': [['browserCookie'], ['scanToken']],
  'GET /api/v1/auth/scans/:scanId/qr.svg': [['browserCookie'], ['scanToken']],
  'GET /api/v1/auth/scans/:scanId/socket': [['browserCookie'], ['scanToken'], []],
  'GET /metrics': [[], ['metricsToken']],
};

/** By what one may get into a route, each way with all that it takes. */
function waysInto({ method, path, isPublic, isForMachines }: Route): string[][] {
  const machines = isForMachines ? [['client'], ['signedRequest']] : [];
  if (isPublic) return proofsOf[`${method} ${path}`] ?? machines;
  const byCookie = method === 'GET' ? ['sessionCookie'] : ['sessionCookie', 'csrfCookie', 'csrfToken'];
  return [['bearer'], byCookie, ...machines];
}

/** An upgrade, an empty answer and a redirect say all in their headers. */
const hasContent = (status: number) => ![101, 204].includes(status) && (status < 300 || status >= 400);

describe('the OpenAPI document', () => {
  let service: RunningService;
  let document: any;
  let operations: Operation[];
  let routes: Route[];
  beforeAll(async () => {
    service = await startService(embedded);
    document = openApiDocument(service.app);
    operations = operationsOf(document);
    routes = routesOf(service);
  });
  afterAll(() => service?.close());

  const documented = ({ method, path }: Route) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
  const api = () => operations.filter(({ path }) => path.startsWith('/api/v1'));
  const answersOf = (operation: Operation) =>
    Object.entries(operation.responses).map(([status, answer]) => ({
      name: `${operation.route} ${status}`,
      status: Number(status),
      description: answer.description,
      headers: Object.keys(answer.headers ?? {}),
      json: jsonOf(answer),
      isMedia: hasContent(Number(status)) && !('application/json' in answer.content),
    }));

  it('is OpenAPI 3.1 of this version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toMatchObject({ title: 'wxpass', version });
  });

  it('has every route, and nothing else', () => {
    expect(operations.map(({ route }) => route).sort()).toEqual(routes.map(documented).sort());
  });

  it('gives each operation an operationId of its own, a summary and a tag', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { route, operationId, summary, tags } of operations) {
      expect([route, operationId]).toEqual([route, expect.stringMatching(/^[a-z]+[A-Z]/)]);
      expect([route, summary]).toEqual([route, expect.stringMatching(/\w{2,}/)]);
      expect([route, tags]).toEqual([route, [expect.any(String)]]);
    }
  });

  it('describes each answer: its headers, and a schema unless it has no content', () => {
    for (const operation of operations) {
      const answers = answersOf(operation);
      expect([operation.route, answers.some(({ status }) => status < 400)]).toEqual([operation.route, true]);
      for (const { name, status, description, headers, json } of answers) {
        expect([name, description]).toEqual([name, expect.stringMatching(/\w{2,}/)]);
        expect([name, headers]).toEqual([name, expect.arrayContaining(['traceparent'])]);
        expect([name, json?.schema]).toEqual([name, hasContent(status) ? expect.any(Object) : undefined]);
      }
    }
  });

  it('names the ways in of each operation as its guards have them', () => {
    const inOrder = (ways: string[][]) => ways.map((schemes) => schemes.toSorted().join('+')).toSorted();
    const documentedWays = operations.map(
      ({ route, security }) =>
        [route, inOrder(security!.map((schemes: object) => Object.keys(schemes)))] as const,
    );
    const ways = routes.map((route) => [documented(route), inOrder(waysInto(route))] as const);
    expect(Object.fromEntries(documentedWays)).toEqual(Object.fromEntries(ways));
    const named = new Set(documentedWays.flatMap(([, all]) => all.flatMap((way) => way.split('+'))));
    named.delete('');
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual([...named].sort());
    expect(document.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('documents who is refused, on each guarded operation', () => {
    const guarded = routes.filter(({ isPublic }) => !isPublic).map(documented);
    for (const { route, responses } of operations) {
      if (!guarded.includes(route)) continue;
      expect([route, errorsAt(responses['401'])]).toEqual([
        route,
        expect.arrayContaining(['unauthenticated', 'token_expired', 'token_invalid', 'session_ended']),
      ]);
      expect(Object.keys(responses['401'].headers)).toEqual(
        expect.arrayContaining(['WWW-Authenticate', 'Set-Cookie']),
      );
      const forgeable = !route.startsWith('GET') || route === 'GET /api/v1/auth/verify';
      expect([route, errorsAt(responses['403']).includes('csrf_invalid')]).toEqual([route, forgeable]);
    }
  });

  it('documents on each API operation that it is limited, and that it may be unable to answer', () => {
    for (const operation of api()) {
      const answers = answersOf(operation);
      const statuses = answers.map(({ status }) => status);
      expect([operation.route, statuses]).toEqual([operation.route, expect.arrayContaining([429, 503])]);
      for (const { name, status, headers } of answers) {
        const refusedUnread = status === 413 || status === 415;
        expect([name, headers.includes('RateLimit-Remaining')]).toEqual([name, !refusedUnread]);
        expect([name, headers.includes('Retry-After')]).toEqual([name, status === 429 || status === 503]);
      }
    }
  });

  it('gives each API answer the envelope, and each error its own code and status', () => {
    const media = api()
      .flatMap(answersOf)
      .filter(({ isMedia }) => isMedia);
    expect(media.map(({ name }) => name).sort()).toEqual([
      'GET /api/v1/auth/scans/{scanId}/events 200',
      'GET /api/v1/auth/scans/{scanId}/qr.png 200',
      'GET /api/v1/auth/scans/{scanId}/qr.svg 200',
    ]);
    for (const { name, status, json, isMedia } of api().flatMap(answersOf)) {
      if (!hasContent(status) || isMedia) continue;
      for (const { required, properties } of envelopesOf(json.schema)) {
        const error: keyof typeof catalogue | undefined = properties.error?.const;
        const own = status < 300 ? ['code', 'message'] : ['code', 'error', 'message'];
        expect([name, required]).toEqual([name, [...own, 'data', 'traceId']]);
        expect([name, error]).toEqual([name, status < 300 ? undefined : expect.any(String)]);
        const known = error === undefined ? { code: 0 } : catalogue[error];
        expect([name, properties.code.const]).toEqual([name, known?.code]);
        if (error !== undefined) expect([name, catalogue[error].status]).toEqual([name, status]);
      }
    }
  });

  it('has every error of the catalogue, with what its data holds', () => {
    const { schemas } = document.components;
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(Object.keys(catalogue)));
    expect(schemas.session_ended.properties.data.properties.reason.enum).toEqual(endReasons);
    expect(schemas.wechat_error.properties.data.required).toEqual(['errcode', 'advice', 'rid']);
    expect(schemas.forbidden.properties.data).toEqual({ type: 'null' });
  });

  it('says of each write what it takes: an example, the errors of a bad body, and whether it may be absent', () => {
    for (const { route, requestBody, responses } of operations) {
      if (!/^(POST|PUT|PATCH)/.test(route)) continue;
      const json = jsonOf(requestBody);
      expect([route, examplesOf(json).length > 0]).toEqual([route, true]);
      const { required = [], minProperties = 0 } = json.schema;
      expect([route, requestBody.required]).toEqual([route, required.length > 0 || minProperties > 0]);
      const refused = isPush(route) ? ['413'] : ['400', '413', '415'];
      expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining(refused)]);
    }
  });

  it('has an example of each answer with content, and only examples that fit their schemas', () => {
    const contents = operations.flatMap((operation) => [
      ...answersOf(operation).map(({ name, json }) => ({ name, json })),
      { name: `${operation.route} body`, json: jsonOf(operation.requestBody ?? {}) },
    ]);
    for (const { name, json } of contents) {
      if (!json) continue;
      expect([name, examplesOf(json).length > 0]).toEqual([name, true]);
      for (const example of examplesOf(json)) {
        expect([name, misfits(example, json.schema)]).toEqual([name, []]);
      }
    }
  });

  it('gives each parameter a schema that its examples fit, and takes an Idempotency-Key where one is read', () => {
    for (const { route, parameters } of operations) {
      for (const { name, schema, ...rest } of parameters) {
        for (const example of examplesOf(rest)) {
          expect([route, name, misfits(example, schema)]).toEqual([route, name, []]);
        }
      }
    }
    const taking = operations.filter(({ parameters }) =>
      parameters.some(({ name }) => name === 'Idempotency-Key'),
    );
    expect(taking.map(({ route }) => route).sort()).toEqual([
      'POST /api/v1/auth/login',
      'POST /api/v1/auth/refresh',
      'POST /api/v1/auth/register',
      'POST /api/v1/auth/token',
      'POST /api/v1/auth/wechat/mini-program',
      'POST /api/v1/auth/wechat/mobile',
      'POST /api/v1/users/me/identities',
      'POST /api/v1/users/me/phone',
    ]);
    for (const { parameters } of taking)
      expect(parameters.find(({ name }) => name === 'Idempotency-Key').schema).toMatchObject({
        minLength: 16,
        maxLength: 128,
        pattern: expect.any(String),
      });
  });

  it('describes each parameter, and each field of what is sent and answered', () => {
    const undescribed = operations.flatMap(({ route, parameters, requestBody, responses }) => [
      ...parameters.filter(({ description }) => !description).map(({ name }) => `${route} ?${name}`),
      ...[requestBody ?? {}, ...Object.values(responses)].flatMap((content) =>
        fieldsWithoutWords(jsonOf(content)?.schema).map((field) => `${route} ${field}`),
      ),
    ]);
    expect([...new Set(undescribed)]).toEqual([]);
  });

  it('says what is null as JSON Schema 2020-12 does', () => {
    const keys = new Set<string>();
    JSON.stringify(document, (key, value) => (keys.add(key), value));
    expect(keys.has('nullable')).toBe(false);
    const { properties } = jsonOf(
      operations.find(({ route }) => route === 'PATCH /api/v1/users/me')!.requestBody,
    ).schema;
    expect(misfits(null, properties.nickname)).toEqual([]);
    expect(misfits(7, properties.nickname)).not.toEqual([]);
  });

  it('is of the service at PUBLIC_URL', () => {
    expect(document.servers).toEqual([{ url: service.env.PUBLIC_URL }]);
  });
});

it('the docs are not served where DOCS is off', async () => {
  const service = await startService(embedded, { env: { DOCS: 'false' } });
  try {
    for (const path of ['/docs', '/docs/openapi.json']) {
      expect((await fetch(service.base + path)).status).toBe(404);
    }
  } finally {
    await service.close();
  }
});
