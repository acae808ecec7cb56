import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { embedded } from '../support/backends.js';
import { startNginx } from '../support/nginx.js';
import { stranger } from '../support/person.js';
import type { ThrowawayServer } from '../support/services/throwaway-server.js';
import { type RunningService, startService } from '../support/start-service.js';
import { recipe } from './page.js';

interface Seen {
  method: string;
  /** As they came, names and values by turns. */
  rawHeaders: string[];
  body: string;
}

/** The application behind the gateway, which remembers what reached it. */
class Backend {
  readonly seen: Seen[] = [];
  private server: Server;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        this.seen.push({ method: request.method!, rawHeaders: request.rawHeaders, body });
        response.statusCode = request.url === '/broken' ? 500 : 200;
        response.end('from the backend');
      });
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What it was told of the caller, by every spelling that some framework takes for one. */
  whoWas({ rawHeaders }: Seen) {
    const pairs = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1]!] as const] : []));
    const told = (wanted: string) =>
      pairs.filter(([name]) => name.toLowerCase().replaceAll('_', '-') === wanted).map(([, value]) => value);
    return { user: told('x-user-id'), role: told('x-user-role'), session: told('x-session-id') };
  }

  stop(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }
}

describe('the recipe of nginx, as the page has it', () => {
  const backend = new Backend();
  let service: RunningService;
  let nginx: ThrowawayServer;

  beforeAll(async () => {
    service = await startService(embedded, { env: { TRUST_PROXY: '127.0.0.1' } });
    const address = await backend.start();
    nginx = await startNginx((port) =>
      recipe('nginx', {
        'listen 8080': `listen 127.0.0.1:${port}`,
        'http://127.0.0.1:8000': address,
        'http://127.0.0.1:3000': service.base,
      }),
    );
  }, 120_000);
  beforeEach(() => backend.seen.splice(0));
  afterAll(async () => {
    await nginx?.stop();
    backend.stop();
    await service?.close();
  });

  const logIn = async (body = {}) => stranger(service.simulator).logIn(service, { body });
  const ask = (headers: Record<string, string>, { method = 'GET', path = '/', body = '' } = {}) =>
    new Promise<{ status: number; headers: IncomingMessage['headers']; text: string }>((resolve, reject) => {
      const request = send(nginx.url + path, { method, headers, agent: false }, (answer) => {
        text(answer).then(
          (said) => resolve({ status: answer.statusCode!, headers: answer.headers, text: said }),
          reject,
        );
      });
      request.on('error', reject).end(body);
    });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  /** A browser in cookie mode. */
  async function cookies() {
    const { headers, data } = await logIn({ mode: 'cookie' });
    const kept = headers.getSetCookie().map((cookie) => cookie.split(';')[0]!);
    const csrf = kept.find((cookie) => cookie.includes('csrf='))!.split('=')[1]!;
    return { cookie: kept.join('; '), csrf, user: data.user, sessionId: data.sessionId };
  }

  it('lets a token in and tells the backend who it is, body and all', async () => {
    const { accessToken, user, sessionId } = (await logIn()).data;
    const answer = await ask(bearer(accessToken), { method: 'POST', body: 'an order' });
    expect(answer).toMatchObject({ status: 200, text: 'from the backend' });
    expect(backend.seen).toMatchObject([{ method: 'POST', body: 'an order' }]);
    expect(backend.whoWas(backend.seen[0]!)).toEqual({
      user: [user.id],
      role: ['user'],
      session: [sessionId],
    });
  });

  it('lets a cookie in', async () => {
    const { cookie, user, sessionId } = await cookies();
    expect((await ask({ cookie })).status).toBe(200);
    expect(backend.whoWas(backend.seen[0]!)).toEqual({
      user: [user.id],
      role: ['user'],
      session: [sessionId],
    });
  });

  it('lets a write by cookie in with the CSRF token alone', async () => {
    const { cookie, csrf } = await cookies();
    const other = await cookies();
    const write = { method: 'POST', body: 'an order' };
    expect((await ask({ cookie }, write)).status).toBe(403);
    expect((await ask({ cookie, 'x-csrf-token': other.csrf }, write)).status).toBe(403);
    const feigned = { 'x-original-method': 'GET', 'x-forwarded-method': 'GET' };
    expect((await ask({ cookie, ...feigned }, write)).status).toBe(403);
    expect(backend.seen).toEqual([]);
    expect((await ask({ cookie, 'x-csrf-token': csrf }, write)).status).toBe(200);
    expect(backend.seen).toMatchObject([{ body: 'an order' }]);
  });

  it('asks those for a token who have none or a bad one, and passes nothing on', async () => {
    const { accessToken } = (await logIn()).data;
    const strangers: Record<string, string>[] = [
      {},
      bearer(`${accessToken}x`),
      { cookie: '__Host-wxpass_access=made-up' },
    ];
    for (const headers of strangers) {
      const { status, headers: said } = await ask(headers);
      expect([status, said['www-authenticate']]).toEqual([401, expect.stringMatching(/^Bearer/)]);
    }
    expect(backend.seen).toEqual([]);
  });

  it('turns away whose session has ended', async () => {
    const { accessToken } = (await logIn()).data;
    expect((await ask(bearer(accessToken))).status).toBe(200);
    await service.api('POST', '/auth/logout', undefined, { token: accessToken });
    expect((await ask(bearer(accessToken))).status).toBe(401);
    expect(backend.seen).toHaveLength(1);
  });

  it.each(['X-User-Id', 'x-user-id', 'X_User_Id', 'X-User_Id'])(
    'drops a %s that the client made up',
    async (name) => {
      const { accessToken, user, sessionId } = (await logIn()).data;
      const role = name.replace(/id$/i, 'Role');
      expect((await ask({ ...bearer(accessToken), [name]: '1', [role]: 'admin' })).status).toBe(200);
      expect(backend.whoWas(backend.seen[0]!)).toEqual({
        user: [user.id],
        role: ['user'],
        session: [sessionId],
      });
    },
  );

  it('does not let the client ask wxpass by itself', async () => {
    const { accessToken } = (await logIn()).data;
    expect((await ask(bearer(accessToken), { path: '/verify-token' })).status).toBe(404);
  });

  it('tells wxpass where the client is, whatever the client says, and answers 503 for its limit', async () => {
    const limited = await service.addReplica({ API_LIMIT: '5/1m' });
    const gateway = await startNginx((port) =>
      recipe('nginx', {
        'listen 8080': `listen 127.0.0.1:${port}`,
        'http://127.0.0.1:8000': nginx.url,
        'http://127.0.0.1:3000': limited.base,
      }),
    );
    try {
      const statuses: number[] = [];
      for (let i = 1; i <= 10; i++) {
        const headers = { 'x-forwarded-for': `192.0.2.${i}` };
        statuses.push((await fetch(gateway.url, { headers })).status);
      }
      expect([statuses[0], statuses.at(-1)]).toEqual([401, 503]);
    } finally {
      await gateway.stop();
    }
  });

  it("passes the backend's own 500 on", async () => {
    const { accessToken } = (await logIn()).data;
    const answer = await ask(bearer(accessToken), { path: '/broken' });
    expect(answer).toMatchObject({ status: 500, text: 'from the backend' });
  });

  it('lets nobody in while wxpass is away, and says when to come back', async () => {
    const { accessToken } = (await logIn()).data;
    await service.app.close();
    const { status, headers } = await ask(bearer(accessToken));
    expect([status, headers['retry-after']]).toEqual([503, '2']);
    expect(backend.seen).toEqual([]);
  });
});
