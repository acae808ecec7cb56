import { ModulesContainer } from '@nestjs/core';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { openApiDocument } from '../../src/platform/http/docs.js';
import { isPublicKey } from '../../src/platform/http/public.decorator.js';
import { embedded } from '../support/backends.js';
import { type RunningService, startService } from '../support/start-service.js';

interface Route {
  name: string;
  method: string;
  path: string;
  isPublic: boolean;
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
      'GET /.well-known/jwks.json',
      'GET /health',
      'GET /health/live',
      'GET /health/ready',
      'POST /api/v1/auth/refresh',
      'POST /api/v1/auth/wechat/mini-program',
    ]);
  });

  it('stands in the OpenAPI document with its own operationId, and nothing else does', () => {
    const document = openApiDocument(service.app);
    expect(document.openapi).toMatch(/^3\.1/);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path}`,
        id: (operation as { operationId?: string }).operationId,
      })),
    );
    const known = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(operations.map(({ route }) => route).sort()).toEqual(known.sort());
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    for (const { id } of operations) expect(id).toMatch(/^[a-z]+[A-Z]/);
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
