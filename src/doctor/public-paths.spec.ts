import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadConfig } from '../platform/config/load-config.js';
import { examinePushAddresses, publishesOneOf } from './public-paths.js';

describe('the push address', () => {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    if (url === '/.well-known/jwks.json') return response.end('{"keys":[{"kid":"published"}]}');
    response.end(new URL(url, 'http://x').searchParams.get('echostr'));
  });
  let publicUrl: string;

  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => asked.splice(0));
  afterAll(() => server.close());

  const examine = async (url: string, isOurs: boolean | undefined) => {
    const apps = [
      { kind: 'mini-program', appId: 'wx0123456789abcdef', appSecret: 'x'.repeat(32), pushToken: 'token1' },
    ];
    const config = loadConfig({ NODE_ENV: 'test', PUBLIC_URL: url, WECHAT_APPS: JSON.stringify(apps) });
    const findings = await examinePushAddresses(config, isOurs);
    return findings.map(({ id, status }) => ({ id, status }));
  };

  it('is asked where this installation answers', async () => {
    expect(await examine(publicUrl, true)).toEqual([{ id: 'push-address', status: 'ok' }]);
    expect(asked).toEqual([expect.stringContaining('/wechat/push/wx0123456789abcdef?signature=')]);
  });

  it.each([false, undefined])(
    'gets no signature where that is not known to be this one: %s',
    async (isOurs) => {
      expect(await examine(publicUrl, isOurs)).toEqual([{ id: 'push-address', status: 'skipped' }]);
      expect(asked).toEqual([]);
    },
  );

  it('gets none in the clear', async () => {
    expect(await examine('http://login.example.invalid', true)).toEqual([
      { id: 'push-address', status: 'skipped' },
    ]);
  });

  it.each([
    [['published', 'other'], true],
    [['other'], false],
    [[], undefined],
    [undefined, undefined],
  ])('is of the installation that publishes its key: %j %s', async (kids, isOurs) => {
    expect(await publishesOneOf(kids, publicUrl)).toBe(isOurs);
  });

  it('cannot be known to be so where none are published', async () => {
    expect(await publishesOneOf(['published'], `${publicUrl}/nowhere`)).toBeUndefined();
  });
});
