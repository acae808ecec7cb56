import { parseSync } from '@swc/core';
import Fastify from 'fastify';
import type { SimulatorOptions } from '../simulation.js';
import { simulator } from '../simulator.plugin.js';
import { assets } from './virtual-phone.assets.js';
import { pageWords } from './virtual-phone.words.js';

const service = { loginPage: '/', api: '/api/v1' };
const hostile = `/"><script>alert(1)</script>`;

async function start(options: SimulatorOptions = { service }) {
  const server = Fastify();
  await server.register(simulator, { prefix: '/simulator', ...options });
  return (url: string, headers = {}) => server.inject({ url, headers });
}

const policyOf = (headers: Record<string, unknown>) =>
  new Map(
    String(headers['content-security-policy'])
      .split('; ')
      .map((rule) => rule.split(/ (.*)/) as [string, string]),
  );

test.each(['/simulator', '/simulator/', '/simulator?lang=en'])('%s is the page', async (url) => {
  const get = await start();
  const answer = await get(url);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(answer.body).toMatch(/<iframe\s+src="\/"/);
});

test.each([
  ['/simulator', {}, 'zh-CN'],
  ['/simulator', { 'accept-language': 'en-GB,en;q=0.9' }, 'en'],
  ['/simulator', { 'accept-language': 'fr' }, 'zh-CN'],
  ['/simulator?lang=en', { 'accept-language': 'zh' }, 'en'],
  ['/simulator?lang=zh', { 'accept-language': 'en' }, 'zh-CN'],
])('%s with %j speaks %s', async (url, headers, language) => {
  const get = await start();
  expect((await get(url, headers)).body).toContain(`<html lang="${language}">`);
});

test('nothing is inline, nothing comes from elsewhere, and nobody may frame the page', async () => {
  const get = await start();
  const { body, headers } = await get('/simulator');
  const policy = policyOf(headers);
  expect(policy.get('default-src')).toBe("'none'");
  for (const rule of ['script-src', 'style-src', 'img-src', 'connect-src', 'frame-src']) {
    expect(policy.get(rule)).toBe("'self'");
  }
  expect(policy.get('frame-ancestors')).toBe("'none'");
  expect(body).not.toMatch(/<style|<script(?![^>]* src=)|\son[a-z]+=|\sstyle=|https?:\/\//);
});

test('a service elsewhere is let in by its origin alone', async () => {
  const elsewhere = {
    loginPage: 'https://login.example.test/login',
    api: 'https://login.example.test/api/v1',
  };
  const get = await start({ service: elsewhere });
  const policy = policyOf((await get('/simulator')).headers);
  expect(policy.get('frame-src')).toBe("'self' https://login.example.test");
  expect(policy.get('connect-src')).toBe("'self' https://login.example.test");
});

test('without a service there is a hint and no frame', async () => {
  const get = await start({});
  const { body } = await get('/simulator?lang=en');
  expect(body).toContain('The simulator runs alone');
  expect(body).not.toContain('<iframe');
});

test('what the page is given is escaped', async () => {
  const get = await start({ service: { loginPage: hostile, api: hostile } });
  const { body } = await get(`/simulator?lang=${encodeURIComponent(hostile)}`);
  expect(body).not.toContain('<script>alert');
  expect(body.match(/&quot;&gt;&lt;script&gt;alert/g)!.length).toBeGreaterThan(1);
});

test('every asset that the page names is served under the same policy', async () => {
  const get = await start();
  const { body, headers } = await get('/simulator');
  const named = [...body.matchAll(/(?:src|href)="(\/simulator\/assets\/[^"]+)"/g)].map(([, url]) => url!);
  expect(named.length).toBeGreaterThan(4);
  for (const url of named) {
    const answer = await get(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^(text\/(javascript|css)|image\/svg\+xml)/);
    expect(answer.headers['content-security-policy']).toBe(headers['content-security-policy']);
  }
});

const scripts = [...assets].filter(([name]) => name.endsWith('.js'));

describe.each(scripts)('%s', (_name, { text }) => {
  test('is a module whose imports are served and give what is asked of them', () => {
    const { body } = parseSync(text, { syntax: 'ecmascript', target: 'es2022' });
    const imports = body.filter((item) => item.type === 'ImportDeclaration');
    for (const { source, specifiers } of imports) {
      const target = assets.get(source.value.replace('./', ''));
      for (const { local } of specifiers) {
        expect(target?.text).toMatch(new RegExp(`export (async )?(const|function) ${local.value}\\b`));
      }
    }
  });

  test('makes no HTML and no code of text', () => {
    expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
  });

  test('says only what there are words for, in both languages', () => {
    const used = [...text.matchAll(/\bwords\.(\w+)/g)].map(([, name]) => name!);
    for (const words of pageWords) expect(Object.keys(words)).toEqual(expect.arrayContaining(used));
  });
});

test('the words of both languages are served, with the same places to fill in', async () => {
  const get = await start();
  const [zh, en] = await Promise.all(
    pageWords.map(async ({ language }) => (await get(`/simulator/assets/words.${language}.json`)).json()),
  );
  const places = (words: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(words).map(([name, text]) => [name, String(text).match(/{\w+}/g)?.sort() ?? []]),
    );
  expect(places(zh)).toEqual(places(en));
});
