import { request as ask } from 'node:http';
import { Logger } from '@nestjs/common';
import { embedded } from '../support/backends.js';
import { startHostedService } from '../support/hosted-service.js';
import { startService, type RunningService } from '../support/start-service.js';

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const paths = ['/', '/login', '/login/confirm'];
const limitBytes = 30 * 1024;

let service: RunningService;
beforeAll(async () => (service = await startService(embedded)));
afterAll(() => service?.close());

interface PageOptions {
  base?: string;
  method?: string;
  headers?: Record<string, string>;
}

/** As it comes over the wire; `fetch` would neither send a Host nor leave a compressed body alone. */
function open(path: string, { base = service.base, method = 'GET', headers = {} }: PageOptions = {}) {
  return new Promise<{ status: number; headers: Record<string, string>; body: Buffer; text: string }>(
    (resolve, reject) => {
      const request = ask(
        base + path,
        { method, headers: { host: 'login.example.test', ...headers } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const body = Buffer.concat(chunks);
            const [status, answered] = [answer.statusCode!, answer.headers as Record<string, string>];
            resolve({ status, headers: answered, body, text: body.toString() });
          });
        },
      );
      request.on('error', reject).end();
    },
  );
}

/** What the HTML tells its script. */
function dataOf(text: string): any {
  const [, data] = /data-page="([^"]*)"/.exec(text) ?? [];
  const plain = data!
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
  return JSON.parse(plain);
}

const assetsOf = (text: string) =>
  [...text.matchAll(/(?:src|href)="([^"]*\/login\/assets\/[^"]+)"/g)].map(([, path]) => path!);

describe('every page', () => {
  it.each(paths)('%s is HTML that nobody keeps, with a policy that lets nothing inline run', async (path) => {
    const { status, headers, text } = await open(path);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age='),
    });
    expect(headers.vary).toContain('accept-language');
    expect([headers.server, headers['x-powered-by']]).toEqual([undefined, undefined]);
    expect(text).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:/i);
    expect(text).not.toMatch(/(?:src|href)="https?:/);
  });

  it.each(paths)('%s answers HEAD as GET, without the page', async (path) => {
    const [got, head] = [await open(path), await open(path, { method: 'HEAD' })];
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers['content-security-policy']).toBe(got.headers['content-security-policy']);
  });

  it.each(paths)('%s refuses other methods', async (path) => {
    const { status, headers } = await open(path, { method: 'POST' });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('below and beside them nothing is found', async () => {
    for (const path of [
      '/login/',
      '/login/confirm/x',
      '/login/assets/',
      '/login/assets/main.js',
      '/login/assets/..%2fassets.json',
    ]) {
      expect([path, (await open(path)).status]).toEqual([path, 404]);
    }
  });

  it('may be framed by the own simulator, and by nobody else', async () => {
    const hosted = await startHostedService();
    try {
      const { headers } = await open('/login', { base: hosted.url });
      expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
      expect(headers['x-frame-options']).toBe('SAMEORIGIN');
    } finally {
      await hosted.close();
    }
  });
});

describe('what a page is made of', () => {
  it('is named after its content, kept for a year, and less than 30 KB over the wire', async () => {
    for (const encoding of ['gzip', 'br']) {
      const page = await open('/');
      const files = [...new Set(assetsOf(page.text))];
      expect(files).toHaveLength(3);
      let bytes = page.body.length;
      for (const file of files) {
        const { status, headers, body } = await open(file, { headers: { 'accept-encoding': encoding } });
        expect([file, status, headers['content-encoding']]).toEqual([file, 200, encoding]);
        expect(file).toMatch(/-[A-Z0-9]{8}\.(js|css|svg)$/);
        expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers.vary).toContain('accept-encoding');
        bytes += body.length;
      }
      expect(bytes).toBeLessThan(limitBytes);
    }
  });

  it('is served plainly to who takes nothing else, with its type', async () => {
    const types = { js: /^(text|application)\/javascript/, css: /^text\/css/, svg: /^image\/svg\+xml/ };
    for (const file of assetsOf((await open('/')).text)) {
      const { headers, text } = await open(file);
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers['content-type']).toMatch(types[file.split('.').at(-1) as keyof typeof types]);
      expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    }
  });
});

describe('what another version calls by another name', () => {
  const otherName = (path: string) => path.replace(/-[A-Z0-9]{8}\./, '-0THERONE.');

  it.each(['identity', 'gzip', 'br'])('is what there is, and nobody keeps it: %s', async (encoding) => {
    for (const file of new Set(assetsOf((await open('/')).text))) {
      const headers = { 'accept-encoding': encoding };
      const [own, other] = [await open(file, { headers }), await open(otherName(file), { headers })];
      expect([other.status, other.body.equals(own.body)]).toEqual([200, true]);
      expect(other.headers['cache-control']).toBe('no-store');
      for (const name of ['etag', 'last-modified', 'accept-ranges'])
        expect(other.headers).not.toHaveProperty(name);
      for (const name of ['content-type', 'content-encoding', 'vary', 'x-content-type-options'])
        expect([name, other.headers[name]]).toEqual([name, own.headers[name]]);
      const head = await open(otherName(file), { method: 'HEAD', headers });
      expect([head.status, head.headers['cache-control'], head.body.length]).toEqual([200, 'no-store', 0]);
    }
  });

  it('is found by nothing but the name with another hash', async () => {
    const names = [
      'main-0THERON.js',
      'main-0THERONES.js',
      'main-otherone.js',
      'main-0THERONE.css',
      'main-0THERONE.js.br',
      'main-0THERONE.js.map',
      'main-0THERONE.js/',
      'main-0THERONE.js%00',
      'main-0THERONE.js%0a',
      'main-..%2f..%2fa.js',
      'main-%2e%2e%2f%2e.js',
      'xmain-0THERONE.js',
      'page-0THERONE.js',
      'assets-0THERONE.json',
      '0THERONE.js',
      '..%2fmain-0THERONE.js',
    ];
    for (const name of names) {
      const { status, headers } = await open(`/login/assets/${name}`);
      expect([name, status, headers['cache-control']]).toEqual([name, 404, undefined]);
    }
  });
});

describe('what the script is told', () => {
  it('is the kinds of the configured doors, and which app where there are several; never a secret', async () => {
    const { text } = await open('/');
    expect(dataOf(text).doors).toEqual({
      website: {},
      'official-account': {},
      'mini-program': { appId: 'wxfa4e000000000001' },
    });
    for (const { appSecret } of JSON.parse(service.env.WECHAT_APPS!)) expect(text).not.toContain(appSecret);
    const chosen = await open('/login?appId=wxfa4e000000000012');
    expect(dataOf(chosen.text).doors['mini-program']).toEqual({ appId: 'wxfa4e000000000012' });
  });

  it('is whether people may make accounts with a password', async () => {
    expect(dataOf((await open('/')).text).registration).toBe(true);
    const closed = await startHostedService({ REGISTRATION: 'false' });
    try {
      expect(dataOf((await open('/', { base: closed.url })).text).registration).toBe(false);
    } finally {
      await closed.close();
    }
  });

  it('is where the login ends, once that was found to be allowed', async () => {
    const place = encodeURIComponent('https://app.example.test/start#top');
    const { text } = await open(`/login?returnTo=${place}&codeChallenge=${challenge}`);
    expect(dataOf(text)).toMatchObject({
      page: 'login',
      returnTo: 'https://app.example.test/start#top',
      codeChallenge: challenge,
    });
    const own = await open('/login?returnTo=/welcome');
    expect(dataOf(own.text).returnTo).toBe('https://login.example.test/welcome');
  });

  it.each(['/', '/login', '/login?lang=en', 'https://login.example.test/'])(
    'is nowhere else where it ends at the page itself: %s',
    async (place) => {
      const { text } = await open(`/login?returnTo=${encodeURIComponent(place)}`);
      expect(dataOf(text).returnTo).toBeUndefined();
    },
  );

  it('is the scan to confirm, where its form is possible', async () => {
    const scan = 'q3Jx0Vd9u2Kc7LmNfT5wYbZs';
    expect(dataOf((await open(`/login/confirm?scan=${scan}`)).text)).toMatchObject({
      page: 'confirm',
      scanId: scan,
    });
    const { status, text } = await open('/login/confirm?scan=../../sessions');
    expect([status, dataOf(text).scanId]).toEqual([200, undefined]);
  });
});

describe('a return that is not allowed', () => {
  it.each([
    ['https://evil.example/', 'another origin', '不允许跳转到此地址'],
    ['//evil.example/', 'a path that leads elsewhere', '不允许跳转到此地址'],
    ['javascript:alert(1)', 'a script', '不允许跳转到此地址'],
    ['https://app.example.test/', 'no challenge', '跳转到其他站点时必须提供 codeChallenge'],
  ])('%s is refused in a page without a script, with the trace id (%s)', async (returnTo, _why, words) => {
    const { status, headers, text } = await open(`/login?returnTo=${encodeURIComponent(returnTo)}`);
    expect([status, headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(text).toContain(words);
    expect(text).toContain(headers.traceparent!.split('-')[1]);
    expect(text).not.toContain('<script');
  });

  it.each(['/login?returnTo=/a&returnTo=/b', '/login?codeChallenge=short&returnTo=/a', '/login?returnTo='])(
    '%s is refused as a request that is not valid',
    async (path) => {
      const { status, text } = await open(path, { headers: { 'accept-language': 'en' } });
      expect(status).toBe(400);
      expect(text).toContain('The request is not valid');
    },
  );
});

describe('words', () => {
  it.each([
    ['', 'zh-CN', '登录'],
    ['en-GB,en;q=0.9', 'en', 'Log in'],
    ['fr', 'zh-CN', '登录'],
  ])('are in the language of Accept-Language %p: %s', async (wish, lang, title) => {
    const { text } = await open('/login', { headers: wish === '' ? {} : { 'accept-language': wish } });
    expect(text).toContain(`<html lang="${lang}">`);
    expect(text).toContain(`<title>${title}</title>`);
  });

  it.each([
    ['en', 'en'],
    ['EN-us', 'en'],
    ['cn', 'zh-CN'],
    ['zh-TW', 'zh-CN'],
  ])('follow lang=%s before that', async (wish, lang) => {
    const { text } = await open(`/login?lang=${wish}`, { headers: { 'accept-language': 'fr' } });
    expect(text).toContain(`<html lang="${lang}">`);
  });

  it('can be switched, and what brought the person there is kept', async () => {
    const { text } = await open(`/login?lang=en&returnTo=%2Fa%3Fb%26c&codeChallenge=${challenge}&error=x`);
    expect(text).toContain(`href="?lang=zh&amp;returnTo=%2Fa%3Fb%26c&amp;codeChallenge=${challenge}"`);
  });

  it('tell an error of ours, and never repeat what else a link claims', async () => {
    const known = await open('/login?lang=en&error=access_denied');
    expect(known.text).toContain('You declined to log in at WeChat');
    const snapshot = await open('/login?lang=zh&error=snapshot_user');
    expect(snapshot.text).toContain('请点击页面底部的“使用完整服务”');
    for (const claim of ['Call+this+number', '__proto__', 'constructor']) {
      const unknown = await open(`/login?lang=en&error=${claim}`);
      expect(unknown.text).toContain('The login did not succeed');
      expect(unknown.text).not.toContain(claim.replaceAll('+', ' '));
    }
  });

  it('tell the trace id of an error, where it can be one', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const failed = await open(`/login?lang=en&error=state_invalid&traceId=${traceId}`);
    expect(failed.text).toContain(`Trace id ${traceId}`);
    for (const query of [`traceId=${traceId}`, 'error=state_invalid&traceId=Call+this+number']) {
      expect((await open(`/login?lang=en&${query}`)).text).not.toContain('Trace id');
    }
  });
});

describe('hostile queries', () => {
  const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;`;

  it.each(['lang', 'error', 'traceId', 'appId', 'scope', 'scan', 'returnTo', 'codeChallenge'])(
    'end in no markup: %s',
    async (name) => {
      for (const path of paths) {
        const { status, text } = await open(`${path}?${name}=${encodeURIComponent(hostile)}`);
        expect(status).toBeLessThan(500);
        expect(text).not.toContain('<script>');
        expect(text).not.toContain('<img src=x');
        expect(text).not.toContain(`"'>`);
      }
    },
  );

  it('end in no markup where they are a path of the own origin', async () => {
    const { status, text } = await open(
      `/login?returnTo=${encodeURIComponent(`/x?a="><script>alert(1)</script>`)}`,
    );
    expect(status).toBe(200);
    expect(text).not.toContain('<script>');
    expect(dataOf(text).returnTo).toMatch(/^https:\/\/login\.example\.test\/x\?a=/);
  });

  it('end in no markup where they are the host', async () => {
    const { text } = await open('/login', { headers: { host: 'a"><b>' } });
    expect(text).not.toContain('<b>');
  });
});

describe('an address that is not the own one', () => {
  it('is told, with the setting to change', async () => {
    const { text } = await open('/login?lang=en', { headers: { host: 'other.example.test' } });
    expect(text).toContain('You asked for https://other.example.test');
    expect(text).toContain('change the setting PUBLIC_URL=https://other.example.test');
    expect((await open('/login?lang=en')).text).not.toContain('PUBLIC_URL');
  });

  it('is logged once', async () => {
    const { base } = await service.addReplica();
    const warnings: string[] = [];
    const nothing = () => undefined;
    Logger.overrideLogger({
      log: nothing,
      error: nothing,
      warn: (text: string) => warnings.push(text),
    });
    for (let i = 0; i < 3; i++) await open('/', { base, headers: { host: `other-${i}.example.test` } });
    expect(warnings).toEqual([
      'The login page was asked for at https://other-0.example.test, but PUBLIC_URL is at https://login.example.test, ' +
        'where logins begin and end: if that address is yours (strangers may name any), ' +
        'set PUBLIC_URL=https://other-0.example.test',
    ]);
  });

  it('of a proxy that nobody vouches for asks for TRUST_PROXY; of one that is trusted it is believed', async () => {
    const headers = {
      host: '127.0.0.1:3000',
      'x-forwarded-host': 'login.example.test',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
    };
    expect((await open('/login?lang=en', { headers })).text).toContain('change the setting TRUST_PROXY');
    const { base } = await service.addReplica({ TRUST_PROXY: '127.0.0.1/32' });
    expect((await open('/login?lang=en', { base, headers })).text).not.toContain('setting');
    const plain = { ...headers, 'x-forwarded-proto': 'http' };
    expect((await open('/login?lang=en', { base, headers: plain })).text).toContain(
      'PUBLIC_URL=http://login.example.test',
    );
  });
});

describe('below a path', () => {
  it('all links of the page begin with it', async () => {
    const { base } = await service.addReplica({ PUBLIC_URL: 'https://login.example.test/accounts' });
    const { text } = await open('/login', { base });
    expect(assetsOf(text).every((path) => path.startsWith('/accounts/login/assets/'))).toBe(true);
    expect(dataOf(text).basePath).toBe('/accounts');
  });
});
