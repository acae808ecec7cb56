import { connect } from 'node:net';
import { embedded } from '../support/backends.js';
import { computer, socket } from '../support/scan.js';
import { type RunningService, startService } from '../support/start-service.js';

const upgrade = [
  'host: x',
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
];

let service: RunningService;
beforeAll(async () => {
  service = await startService(embedded, { env: { TRUST_PROXY: '127.0.0.1', API_LIMIT: '100/1m' } });
});
afterAll(() => service?.close());

/** Says these lines on a connection of its own, and hears the answer to its end, or to that of its head where it is an upgrade. */
async function speak(lines: string[], body = ''): Promise<string> {
  const connection = connect(Number(new URL(service.base).port), '127.0.0.1');
  connection.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  let text = '';
  for await (const chunk of connection) {
    text += String(chunk);
    if (text.startsWith('HTTP/1.1 101 ') && text.includes('\r\n\r\n')) break;
  }
  return text;
}
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const open = (path: string, ...headers: string[]) =>
  speak([`GET /api/v1${path}/socket HTTP/1.1`, ...upgrade, ...headers]);
const from = (address: string) => `x-forwarded-for: ${address}`;

describe('a WebSocket of a scan', () => {
  it('that is refused is answered as any other request: envelope, trace and headers', async () => {
    const pc = await computer(service, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const trace = `traceparent: 00-${traceId}-b7ad6b7169203331-01`;
    const token = `x-scan-token: ${pc.scanToken}`;
    const withoutKey = upgrade.filter((line) => !line.startsWith('sec-websocket-key'));
    const path = `/api/v1${pc.path}/socket`;
    const refusals = {
      forbidden: await open(pc.path, trace, token, 'origin: https://evil.example'),
      not_found: await open(`/auth/scans/${'a'.repeat(24)}`, trace),
      invalid_request: await speak([`GET ${path} HTTP/1.1`, ...withoutKey, trace, token]),
      method_not_allowed: await speak([`POST ${path} HTTP/1.1`, ...upgrade, trace, token]),
    };
    for (const [error, answer] of Object.entries(refusals)) {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      expect(JSON.parse(body)).toMatchObject({ error, data: null, traceId });
      expect(head).toContain(`traceparent: 00-${traceId}-`);
      expect(head).toContain("content-security-policy: default-src 'none'");
      expect(head).toContain('x-content-type-options: nosniff');
      expect(head).toContain('strict-transport-security: ');
    }
    const opened = await open(pc.path, trace, token);
    expect(statusOf(opened)).toBe(101);
    expect(opened).toContain(`traceparent: 00-${traceId}-`);
    const plain = await service.api('GET', `${pc.path}/socket`, undefined, { headers: pc.byToken });
    expect(plain).toMatchObject({ status: 404, error: 'not_found' });
  });

  it('counts towards API_LIMIT, unless its own browser opens it', async () => {
    const address = '192.0.2.2';
    const pc = await computer(service, { headers: { 'x-forwarded-for': address } });
    const guess = (i: number) => open(`/auth/scans/${String(i).padStart(24, 'a')}`, from(address));
    const statuses = (await Promise.all(Array.from({ length: 120 }, (_, i) => guess(i)))).map(statusOf);
    expect(statuses.filter((status) => status === 404)).toHaveLength(99);
    expect(statuses.filter((status) => status === 429)).toHaveLength(21);
    expect(statusOf(await open(pc.path, from(address), `x-scan-token: ${pc.scanToken}`))).toBe(101);
  });

  it('of whom nobody knows keeps out no one but others of its address', async () => {
    const [crowd, elsewhere] = ['192.0.2.3', '192.0.2.4'];
    const pc = await computer(service, { headers: { 'x-forwarded-for': elsewhere } });
    const silent = (address: string) => socket(service, pc.path, { headers: { 'x-forwarded-for': address } });
    const sockets = Array.from({ length: 60 }, () => silent(crowd));
    const refused = sockets.map(({ ended }) => ended.then(({ code }) => code));
    expect(await Promise.race(refused)).toBe(429);
    expect(statusOf(await open(pc.path, from(crowd)))).toBe(429);
    expect(statusOf(await open(pc.path, from(crowd), `cookie: ${pc.cookie}`))).toBe(101);
    const told = socket(service, pc.path, {
      headers: { 'x-forwarded-for': elsewhere },
      first: JSON.stringify({ scanToken: pc.scanToken }),
    });
    while (told.views.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told.views).toEqual([{ status: 'pending' }]);
    for (const { connection } of [...sockets, told]) connection.terminate();
    const codes = await Promise.all(refused);
    expect(codes.filter((code) => code === 429)).toHaveLength(10);
  });

  it('asked for before an earlier answer came is cut off, and harms nobody else', async () => {
    const pc = await computer(service, { headers: { 'x-forwarded-for': '192.0.2.5' } });
    const token = `x-scan-token: ${pc.scanToken}`;
    const waiting = [`GET /api/v1${pc.path}?wait=1&status=pending HTTP/1.1`, 'host: x', token, '', ''];
    const answer = await speak([
      waiting.join('\r\n') + `GET /api/v1${pc.path}/socket HTTP/1.1`,
      ...upgrade,
      token,
    ]);
    expect(answer).not.toContain('101 Switching');
    expect((await pc.ask()).data).toEqual({ status: 'pending' });
  });
});

describe('upgrades', () => {
  it('that nobody takes are as if they had not been asked for, bodies included', async () => {
    const offer = [
      'host: x',
      'connection: Upgrade, HTTP2-Settings, close',
      'upgrade: h2c',
      'http2-settings: AAMAAABk',
    ];
    const live = await speak(['GET /health/live HTTP/1.1', ...offer]);
    expect(live).toMatch(/^HTTP\/1\.1 200 /);
    const body = '{"via":"website"}';
    const post = ['POST /api/v1/auth/scans HTTP/1.1', ...offer, 'content-type: application/json'];
    const whole = await speak([...post, `content-length: ${body.length}`], body);
    expect(whole).toMatch(/^HTTP\/1\.1 400 /);
    expect(whole).toContain('"path":"via"');
    const chunked = await speak([...post, 'transfer-encoding: chunked'], `11\r\n${body}\r\n0\r\n\r\n`);
    expect(chunked).toContain('"path":"via"');
  });

  it('to WebSocket are taken for scans alone', async () => {
    const elsewhere = await speak([
      'GET /api/v1/users/me HTTP/1.1',
      'host: x',
      'connection: Upgrade, close',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    ]);
    expect(elsewhere).toMatch(/^HTTP\/1\.1 401 /);
  });
});
