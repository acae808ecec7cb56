import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the service, or a proxy before it, treats a stream: as it should, kept back, or refused. */
type Streams = 'work' | 'held-back' | 'refused';

interface FakeScan {
  scanId: string;
  scanToken: string;
  codeChallenge?: string;
  /** All that it passed through. */
  states: { status: string; loginCode?: string; user?: unknown }[];
  waiting: Set<() => void>;
}

interface Call {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: any;
}

interface Session {
  accessToken: string;
  refreshToken: string;
  predecessor?: string;
}

/** The endpoints that the package uses, as the contract describes them, with switches for what may go wrong. */
export class FakeService {
  readonly calls: Call[] = [];
  readonly scans: FakeScan[] = [];
  streams: Streams = 'work';
  expiresIn = 120;
  /** What the next calls to a path are answered with instead; 0 tears the connection. */
  readonly faults: { path: string; status: number; retryAfter?: string }[] = [];
  /** Set where the session has ended. */
  endedBecause: string | undefined;
  session: Session = newSession();
  private readonly answered = new Map<string, unknown>();
  private readonly server = createServer((request, response) => void this.answer(request, response));

  static async start(): Promise<FakeService> {
    const fake = new FakeService();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  countOf(method: string, path: string): number {
    return this.calls.filter((call) => call.method === method && call.path === path).length;
  }

  /** What a phone, or time, does to the newest scan. */
  move(status: string, more: { loginCode?: string; user?: unknown } = {}): void {
    const scan = this.scans.at(-1)!;
    scan.states.push({ status, ...more });
    for (const wake of [...scan.waiting]) wake();
  }

  /** The access token is over; the refresh token is not. */
  expireAccessToken(): void {
    this.session = { ...this.session, accessToken: randomUUID() };
  }

  /** Cuts every connection, as a restart does. */
  cutConnections(): void {
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    const body = await bodyOf(request);
    const call = { method: request.method!, path: url.pathname, headers: request.headers, body };
    this.calls.push(call);
    const fault = this.faults.find(({ path }) => url.pathname.startsWith(path));
    if (fault) {
      this.faults.splice(this.faults.indexOf(fault), 1);
      if (fault.status === 0) return void request.socket.destroy();
      if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
      return refuse(response, fault.status, 'out_of_order');
    }
    if (url.pathname.startsWith('/api/v1/auth/scans')) return this.answerScan(call, url, response);
    if (url.pathname === '/api/v1/auth/token') return this.exchange(call, response);
    if (url.pathname === '/api/v1/auth/refresh') return this.refresh(call, response);
    return this.serve(call, response);
  }

  private async answerScan(call: Call, url: URL, response: ServerResponse): Promise<void> {
    const [, scanId, what] = /scans\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
    if (call.method === 'POST' && scanId === undefined) return this.openScan(call, response);
    const scan = this.scans.find((known) => known.scanId === scanId);
    if (!scan || call.headers['x-scan-token'] !== scan.scanToken) return refuse(response, 404, 'not_found');
    if (call.method === 'DELETE') {
      scan.states.push({ status: 'cancelled' });
      return give(response, { status: 'cancelled' });
    }
    if (what === 'events') return this.stream(scan, response);
    const known = url.searchParams.get('status');
    if (scan.states.at(-1)!.status === known) await this.change(scan, response);
    give(response, scan.states.at(-1));
  }

  private openScan(call: Call, response: ServerResponse): void {
    const scan = {
      scanId: randomUUID().replaceAll('-', ''),
      scanToken: randomUUID(),
      codeChallenge: call.body.codeChallenge,
      states: [{ status: 'pending' }],
      waiting: new Set<() => void>(),
    };
    this.scans.push(scan);
    const { scanId, scanToken } = scan;
    const qr = {
      content: 'https://example.test/q',
      imageUrl: `${this.url}/api/v1/auth/scans/${scanId}/qr.png`,
    };
    const { expiresIn } = this;
    give(response, { scanId, scanToken, status: 'pending', qr, expiresIn, pollInterval: 1 }, 201);
  }

  private async stream(scan: FakeScan, response: ServerResponse): Promise<void> {
    if (this.streams === 'refused') return refuse(response, 403, 'forbidden');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (this.streams === 'held-back') return response.flushHeaders();
    response.write('retry: 2000\n\n');
    for (let told = 0; ; await this.change(scan, response)) {
      for (; told < scan.states.length; told++) {
        response.write(`event: status\ndata: ${JSON.stringify(scan.states[told])}\n\n`);
      }
      if (!['pending', 'scanned'].includes(scan.states.at(-1)!.status)) return void response.end();
      if (response.destroyed) return;
    }
  }

  private change(scan: FakeScan, response: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        scan.waiting.delete(wake);
        resolve();
      };
      scan.waiting.add(wake);
      response.on('close', wake);
    });
  }

  private exchange(call: Call, response: ServerResponse): void {
    this.once(call, response, () => {
      const { loginCode, codeVerifier = '', mode } = call.body;
      const challenge = createHash('sha256').update(codeVerifier).digest('base64url');
      const scan = this.scans.find(({ states }) => states.some((state) => state.loginCode === loginCode));
      if (scan && scan.codeChallenge !== challenge) return undefined;
      const user = { id: 'u1', nickname: '小明', avatarUrl: null };
      return { ...this.tokens(mode === 'cookie'), isNewUser: false, user };
    });
  }

  /** As the service: the direct predecessor gets the same successor, and who knows neither is told so. */
  private refresh(call: Call, response: ServerResponse): void {
    if (this.endedBecause) return refuse(response, 401, 'session_ended', { reason: this.endedBecause });
    const byCookie = call.body.refreshToken === undefined;
    if (byCookie && call.headers['x-csrf-token'] === '') return refuse(response, 403, 'csrf_invalid');
    this.once(call, response, () => {
      const { refreshToken, predecessor } = this.session;
      const shown = byCookie ? refreshToken : call.body.refreshToken;
      if (shown === refreshToken) this.session = { ...newSession(), predecessor: refreshToken };
      else if (shown !== predecessor) return undefined;
      return this.tokens(byCookie);
    });
  }

  private once(call: Call, response: ServerResponse, work: () => unknown): void {
    const key = call.headers['idempotency-key'] as string | undefined;
    const answer = (key !== undefined && this.answered.get(key)) || work();
    if (key !== undefined) this.answered.set(key, answer);
    if (answer === undefined) return refuse(response, 401, 'refresh_token_invalid');
    give(response, answer);
  }

  private serve(call: Call, response: ServerResponse): void {
    if (this.endedBecause) return refuse(response, 401, 'session_ended', { reason: this.endedBecause });
    const { authorization, cookie } = call.headers;
    const shown = authorization?.replace('Bearer ', '') ?? /wxpass_access=([^;]+)/.exec(cookie ?? '')?.[1];
    if (shown === undefined) return refuse(response, 401, 'unauthenticated');
    if (shown !== this.session.accessToken) return refuse(response, 401, 'token_expired');
    if (call.path.endsWith('/logout')) this.endedBecause = 'logged_out';
    give(response, call.body ?? null);
  }

  tokens(inCookies = false): any {
    const { accessToken, refreshToken } = this.session;
    const carried = inCookies ? {} : { tokenType: 'Bearer', accessToken, refreshToken };
    return { ...carried, expiresIn: 900, refreshExpiresIn: 2_592_000, sessionId: 's1' };
  }
}

function newSession(): Session {
  return { accessToken: randomUUID(), refreshToken: randomUUID() };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? undefined : JSON.parse(text);
}

function give(response: ServerResponse, data: unknown, status = 200): void {
  send(response, status, { code: 0, message: 'ok', data, traceId: 'f'.repeat(32) });
}

function refuse(response: ServerResponse, status: number, error: string, data: unknown = null): void {
  send(response, status, { code: status * 100, error, message: error, data, traceId: 'f'.repeat(32) });
}

function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}
