import fastifyCookie from '@fastify/cookie';
import { fastify } from 'fastify';
import type { Config } from '../../platform/config/config.js';
import { BrowserCookie } from './browser-cookie.service.js';

async function browse(publicUrl: string, cookie?: string) {
  const browserCookie = new BrowserCookie({ publicUrl } as Config);
  const server = fastify();
  await server.register(fastifyCookie);
  server.get('/', (request, reply) => ({
    read: browserCookie.read(request) ?? null,
    ensured: browserCookie.ensure(request, reply),
  }));
  const answer = await server.inject({ url: '/', headers: cookie === undefined ? {} : { cookie } });
  await server.close();
  return {
    ...answer.json<{ read: string | null; ensured: string }>(),
    setCookie: answer.headers['set-cookie'],
  };
}

describe('the browser cookie', () => {
  it('is given to a browser that has none, out of reach of scripts', async () => {
    const { read, ensured, setCookie } = await browse('https://login.example.com');
    expect(read).toBeNull();
    expect(ensured).toMatch(/^[\w-]{43}$/);
    expect(setCookie).toBe(
      `__Host-wxpass_browser=${ensured}; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=Lax`,
    );
    expect((await browse('https://login.example.com')).ensured).not.toBe(ensured);
  });

  it('stays as it is for a browser that shows it', async () => {
    const value = 'a'.repeat(43);
    const { read, ensured, setCookie } = await browse('http://localhost:3000', `wxpass_browser=${value}`);
    expect([read, ensured, setCookie]).toEqual([value, value, undefined]);
  });

  it.each(['', 'short', 'a'.repeat(44), '%00'.repeat(15)])(
    'is none where it shows %j, which we never gave',
    async (value) => {
      const { read, ensured, setCookie } = await browse('http://localhost:3000', `wxpass_browser=${value}`);
      expect(read).toBeNull();
      expect(ensured).not.toBe(value);
      expect(setCookie).toContain(`wxpass_browser=${ensured};`);
    },
  );
});
