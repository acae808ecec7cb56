import type { OpenAPIObject } from '@nestjs/swagger';
import { cookieNamesOf } from './cookie-names.js';

type Schemes = NonNullable<NonNullable<OpenAPIObject['components']>['securitySchemes']>;
type Paths = OpenAPIObject['paths'];
interface Operation {
  security?: Record<string, string[]>[];
}

const signature =
  'Hex HMAC-SHA256 of method, path with query, timestamp, nonce and the hex SHA-256 of the body, one a line, ' +
  'beside `X-Client-Id`, `X-Timestamp` and `X-Nonce`';

/** By what callers show who they are. */
export function securitySchemes(publicUrl: string): Schemes {
  const { access, refresh, csrf, browser } = cookieNamesOf(publicUrl);
  return {
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token' },
    sessionCookie: cookie(access, 'Cookie mode: the access token. A Bearer token wins over it'),
    refreshCookie: cookie(refresh, 'Cookie mode: the refresh token'),
    csrfCookie: cookie(csrf, 'Cookie mode: the CSRF token, which pages read'),
    csrfToken: header('X-CSRF-Token', 'The same as the cookie: a page of ours asks, and no other'),
    browserCookie: cookie(browser, 'The browser that began, known by the cookie that it was given'),
    scanToken: header('X-Scan-Token', 'The scanToken of the scan, where that cookie is not sent'),
    client: { type: 'http', scheme: 'basic', description: 'A machine client of `API_CLIENTS`' },
    signedRequest: header('X-Signature', signature),
    metricsToken: { type: 'http', scheme: 'bearer', description: '`METRICS_TOKEN`, where it is set' },
  };
}

/** Says of each operation all ways in: an access token may come in a cookie, too; what names none is public. */
export function withEveryWayIn(paths: Paths): Paths {
  return mapOperations(paths, (method, { security = [], ...operation }) => ({
    ...operation,
    security: security.some((way) => 'bearer' in way) ? [...security, byCookie(method)] : security,
  }));
}

/** A cookie travels by itself, so that a write must show that a page of ours asks. */
function byCookie(method: string): Record<string, string[]> {
  return method === 'get' ? { sessionCookie: [] } : { sessionCookie: [], csrfCookie: [], csrfToken: [] };
}

function mapOperations(paths: Paths, map: (method: string, operation: Operation) => Operation): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations as Record<string, Operation>).map(([method, operation]) => [
          method,
          map(method, operation),
        ]),
      ),
    ]),
  );
}

function cookie(name: string, description: string): Schemes[string] {
  return { type: 'apiKey', in: 'cookie', name, description };
}

function header(name: string, description: string): Schemes[string] {
  return { type: 'apiKey', in: 'header', name, description };
}
