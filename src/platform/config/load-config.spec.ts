import { readFileSync } from 'node:fs';
import { envExample } from './env-example.js';
import { ConfigError } from './config-error.js';
import { loadConfig, loadDatabaseConfig } from './load-config.js';
import { variables } from './variables.js';

const key = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37) % 251)).toString('base64');
const secret = '9f86d081884c7d659a2feaa0c55ad015';
const production = {
  NODE_ENV: 'production',
  ENCRYPTION_KEYS: `k1:${key}`,
  WECHAT_MINI_PROGRAM_APP_ID: 'wx0123456789abcdef',
  WECHAT_MINI_PROGRAM_APP_SECRET: secret,
};

function faultsOf(env: Record<string, string>, files: Record<string, string> = {}): Record<string, string> {
  try {
    loadConfig(env, (path) => files[path] ?? fail(path));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.faults.map(({ variable, problem }) => [variable, problem]));
  }
  return {};
}

function fail(path: string): never {
  throw new Error(`no file ${path}`);
}

describe('the configuration', () => {
  it('needs nothing at all in development, and plays WeChat itself', () => {
    expect(loadConfig({})).toMatchObject({
      production: false,
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      simulator: true,
      replicas: 1,
      redis: undefined,
      database: { kind: 'sqlite', file: 'data/wxpass.db', migrate: true, poolSize: 20 },
      wechat: {
        apps: [],
        apiUrl: 'http://127.0.0.1:3000/simulator',
        openUrl: 'http://localhost:3000/simulator',
        mpUrl: 'http://localhost:3000/simulator',
        apiFallbackUrls: [],
        timeoutMs: 3000,
        appToken: 'stable',
      },
      unionMerge: 'auto',
      returnToOrigins: [],
      jwt: { issuer: 'http://localhost:3000', audience: 'wxpass', accessTtlMs: 900_000 },
      session: { refreshTtlMs: 30 * 86_400_000, maxTtlMs: 180 * 86_400_000, refreshGraceMs: 30_000 },
      apiLimit: { count: 600, windowMs: 60_000 },
      log: { level: 'info', format: 'pretty' },
      shutdown: { delayMs: 0, graceMs: 10_000 },
      warnings: [],
    });
  });

  it('needs keys and an app in production, listens everywhere and warns of what is unsafe', () => {
    const config = loadConfig(production);
    expect(config).toMatchObject({
      production: true,
      host: '0.0.0.0',
      simulator: false,
      log: { format: 'json' },
    });
    expect(config.wechat).toMatchObject({
      apiUrl: 'https://api.weixin.qq.com',
      openUrl: 'https://open.weixin.qq.com',
      mpUrl: 'https://mp.weixin.qq.com',
    });
    expect(config.warnings.join()).toMatch(/http.*SQLite.*METRICS_TOKEN/);
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual({ ENCRYPTION_KEYS: 'is required in production' });
  });

  it('takes an empty variable for an unset one', () => {
    expect(loadConfig({ PORT: '', REDIS_URL: '', DATABASE_URL: '' }).port).toBe(3000);
  });

  it('names every fault at once, with an example', () => {
    const env = {
      NODE_ENV: 'staging',
      PORT: '0',
      PUBLIC_URL: 'ftp://x',
      ACCESS_TOKEN_TTL: '15',
      API_LIMIT: '600',
      CORS_ORIGINS: 'https://a.example/path',
      DATABASE_MIGRATE: 'yes',
      REDIS_URL: 'http://x',
      ENCRYPTION_KEYS: 'k1:short',
      LOG_LEVEL: 'loud',
    };
    expect(Object.keys(faultsOf(env)).sort()).toEqual(Object.keys(env).sort());
    expect(() => loadConfig(env)).toThrow(/ACCESS_TOKEN_TTL must be a duration.*example: 15m/);
  });

  it('never repeats a secret in a fault', () => {
    const env = {
      DATABASE_URL: 'mysql://user:hunter2hunter2@',
      REDIS_URL: 'redis+nonsense://:hunter2hunter2@h',
      ENCRYPTION_KEYS: 'k1:hunter2hunter2',
      WECHAT_APPS: '[{"kind":"mini-program","appId":"wx1","appSecret":"hunter2 hunter2"}]',
      WECHAT_MOBILE_APP_SECRET: 'hunter2 hunter2',
    };
    expect(Object.keys(faultsOf(env))).toEqual(
      expect.arrayContaining(['DATABASE_URL', 'REDIS_URL', 'WECHAT_APPS']),
    );
    expect(() => loadConfig(env)).not.toThrow(/hunter2/);
  });

  it('reads a secret from the file that its twin names, without the last newline', () => {
    const env = {
      ...production,
      WECHAT_MINI_PROGRAM_APP_SECRET: '',
      WECHAT_MINI_PROGRAM_APP_SECRET_FILE: '/run/s',
    };
    expect(loadConfig(env, () => `${secret}\n`).wechat.apps[0]!.appSecret).toBe(secret);
    expect(faultsOf(env)).toHaveProperty('WECHAT_MINI_PROGRAM_APP_SECRET');
    expect(
      faultsOf({ ...production, ...env, WECHAT_MINI_PROGRAM_APP_SECRET: secret }, { '/run/s': secret }),
    ).toEqual({
      WECHAT_MINI_PROGRAM_APP_SECRET: expect.stringContaining('both set'),
    });
  });

  it.each(['ENCRYPTION_KEYS', 'DATABASE_URL', 'DATABASE_PASSWORD', 'REDIS_URL', 'WECHAT_APPS'])(
    '%s has a file twin',
    (name) => {
      expect(variables[name as keyof typeof variables]).toMatchObject({ secret: true });
    },
  );

  it('takes apps of all four kinds, by name and as JSON', () => {
    const kinds = ['MINI_PROGRAM', 'WEBSITE', 'OFFICIAL_ACCOUNT', 'MOBILE'];
    const env = Object.fromEntries(
      kinds.flatMap((kind, i) => [
        [`WECHAT_${kind}_APP_ID`, `wx000000000000000${i}`],
        [`WECHAT_${kind}_APP_SECRET`, secret],
        [`WECHAT_${kind}_PUSH_TOKEN`, 'abc'],
        [`WECHAT_${kind}_ENCODING_AES_KEY`, 'a'.repeat(43)],
      ]),
    );
    const json = [{ kind: 'mini-program', appId: 'wx0000000000000009', appSecret: secret, name: '商城' }];
    const { apps } = loadConfig({ ...env, WECHAT_APPS: JSON.stringify(json) }).wechat;
    expect(apps.map(({ kind }) => kind)).toEqual([
      'mini-program',
      'website',
      'official-account',
      'mobile',
      'mini-program',
    ]);
    expect(loadConfig(env).simulator).toBe(false);
  });

  it('refuses an app that is half configured or configured twice', () => {
    expect(faultsOf({ WECHAT_WEBSITE_APP_ID: 'wx0123456789abcdef' })).toEqual({
      WECHAT_WEBSITE_APP_SECRET: expect.stringContaining('half configured'),
    });
    expect(faultsOf({ WECHAT_WEBSITE_PUSH_TOKEN: 'abc' })).toHaveProperty('WECHAT_WEBSITE_APP_ID');
    const app = { kind: 'mini-program', appId: production.WECHAT_MINI_PROGRAM_APP_ID, appSecret: secret };
    expect(faultsOf({ ...production, WECHAT_APPS: JSON.stringify([app]) })).toHaveProperty('WECHAT_APPS');
  });

  it.each(['0123456789abcde', 'changeme1234567890', 'yourappsecret0000', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'])(
    'refuses the AppSecret %s in production',
    (appSecret) => {
      expect(faultsOf({ ...production, WECHAT_MINI_PROGRAM_APP_SECRET: appSecret })).toHaveProperty(
        'WECHAT_MINI_PROGRAM_APP_SECRET',
      );
      expect(
        loadConfig({ ...production, NODE_ENV: 'development', WECHAT_MINI_PROGRAM_APP_SECRET: appSecret }),
      ).toBeDefined();
    },
  );

  it('takes the first administrator whole or not at all, the password also from a file', () => {
    const username = { ADMIN_USERNAME: 'operator' };
    const password = { ADMIN_PASSWORD: 'nine words are better than one' };
    expect(loadConfig({}).firstAdministrator).toBeUndefined();
    expect(loadConfig({ ...username, ...password }).firstAdministrator).toEqual({
      username: 'operator',
      password: password.ADMIN_PASSWORD,
    });
    expect(
      loadConfig({ ...username, ADMIN_PASSWORD_FILE: '/run/s' }, () => ' with spaces around \n')
        .firstAdministrator,
    ).toEqual({ username: 'operator', password: ' with spaces around ' });
    expect(faultsOf(username)).toEqual({ ADMIN_PASSWORD: 'is missing beside ADMIN_USERNAME' });
    expect(faultsOf(password)).toEqual({ ADMIN_USERNAME: 'is missing beside ADMIN_PASSWORD' });
    expect(faultsOf({ ADMIN_USERNAME: 'ab', ADMIN_PASSWORD: 'seven c' })).toEqual({
      ADMIN_USERNAME: 'must have 3 to 32 characters',
      ADMIN_PASSWORD: 'must have 8 to 128 characters',
    });
  });

  it.each(['15 characters..', 'change-me-please-now', 'aaaaaaaaaaaaaaaaaaaa', 'password-of-operator'])(
    'refuses %s for the first administrator in production',
    (password) => {
      const account = { ADMIN_USERNAME: 'operator', ADMIN_PASSWORD: password };
      expect(faultsOf({ ...production, ...account })).toHaveProperty('ADMIN_PASSWORD');
      expect(faultsOf(account)).toEqual({});
    },
  );

  it.each(['15-characters..', 'change-me-please-now', 'aaaaaaaaaaaaaaaaaaaa', 'with spaces in between', ''])(
    'takes no METRICS_TOKEN of %j in production',
    (METRICS_TOKEN) => {
      const env = { ...production, METRICS_TOKEN };
      if (METRICS_TOKEN === '') expect(loadConfig(env).metricsToken).toBeUndefined();
      else expect(Object.keys(faultsOf(env))).toEqual(['METRICS_TOKEN']);
    },
  );

  it('takes a METRICS_TOKEN as it is, also from a file, and warns no more', () => {
    const token = '6f1d2c3b4a5968778695a4b3c2d1e0f0';
    expect(loadConfig({ METRICS_TOKEN: 'short' }).metricsToken).toBe('short');
    const config = loadConfig({ ...production, METRICS_TOKEN_FILE: '/run/s' }, () => `${token}\n`);
    expect(config.metricsToken).toBe(token);
    expect(config.warnings.join()).not.toContain('METRICS_TOKEN');
  });

  it('refuses the simulator in production', () => {
    expect(faultsOf({ ...production, SIMULATOR: 'true' })).toEqual({
      SIMULATOR: 'must not be true in production',
    });
  });

  it('refuses replicas without what they would share', () => {
    expect(Object.keys(faultsOf({ REPLICAS: '2' }))).toEqual(['REDIS_URL', 'DATABASE_URL']);
    const env = { REPLICAS: '2', REDIS_URL: 'redis://r', DATABASE_URL: 'mysql://u:p@h/d' };
    expect(loadConfig(env).replicas).toBe(2);
  });

  it('reads a database by URL, percent-decoded, or in parts with a password no URL could carry', () => {
    expect(loadDatabaseConfig({ DATABASE_URL: 'mysql://us%40er:p%2Fw@[::1]:3307/db' })).toMatchObject({
      kind: 'mysql',
      host: '::1',
      port: 3307,
      user: 'us@er',
      password: 'p/w',
      name: 'db',
      migrate: false,
    });
    const parts = {
      DATABASE_HOST: 'h',
      DATABASE_USER: 'u',
      DATABASE_PASSWORD: 'p@ss/w:rd%',
      DATABASE_NAME: 'd',
    };
    expect(loadDatabaseConfig(parts)).toMatchObject({ password: 'p@ss/w:rd%', port: 3306 });
    expect(Object.keys(faultsOf({ DATABASE_HOST: 'h', DATABASE_URL: 'mysql://u:p@h/d' })).sort()).toEqual([
      'DATABASE_NAME',
      'DATABASE_URL',
      'DATABASE_USER',
    ]);
    expect(loadDatabaseConfig({ DATABASE_URL: 'sqlite:///var/lib/x.db' })).toMatchObject({
      file: '/var/lib/x.db',
    });
  });

  it('reads a Redis by URL or by its sentinels', () => {
    expect(loadConfig({ REDIS_URL: 'rediss://:p@h:6380/2' }).redis).toEqual({
      kind: 'standalone',
      url: 'rediss://:p@h:6380/2',
    });
    expect(loadConfig({ REDIS_URL: 'redis+sentinel://me:p%40:w@a,b:26380/mymaster/3' }).redis).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 26380 },
      ],
      master: 'mymaster',
      username: 'me',
      password: 'p@:w',
      db: 3,
    });
  });

  it('keeps all keys, the first one to seal with', () => {
    const keys = loadConfig({ ENCRYPTION_KEYS: `new:${key},old:${key}` }).encryptionKeys;
    expect(keys.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(faultsOf({ ENCRYPTION_KEYS: `a:${key},a:${key}` })).toHaveProperty('ENCRYPTION_KEYS');
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    '1.0.0.0/7',
    '2000::/3',
    '::ffff:0:0/96',
    '0:0:0:0:0:ffff:0:0/96',
    'proxy',
    '10.0.0.0/33',
    '10.0.0.0/',
  ])('does not trust %s as a proxy', (range) =>
    expect(faultsOf({ TRUST_PROXY: range })).toHaveProperty('TRUST_PROXY'),
  );

  it('trusts proxies by address and by range', () => {
    const ranges = ['10.0.0.0/8', 'fd00::/8', '192.0.2.7', '2001:db8::1'];
    expect(loadConfig({ TRUST_PROXY: ranges.join(', ') }).trustedProxies).toEqual(ranges);
  });

  it('reads where WeChat is to be found, and by which way', () => {
    const { wechat, returnToOrigins } = loadConfig({
      WECHAT_API_FALLBACK_URLS: 'https://api2.weixin.qq.com, https://sh.api.weixin.qq.com/',
      WECHAT_PROXY_URL: 'http://user:p%40ss@proxy.example.com:3128',
      WECHAT_APP_TOKEN: 'plain',
      WECHAT_VERIFY_FILES: 'MP_verify_x.txt=abc,another.txt=d=e',
      RETURN_TO_ORIGINS: 'https://www.example.com',
    });
    expect(wechat).toMatchObject({
      apiFallbackUrls: ['https://api2.weixin.qq.com', 'https://sh.api.weixin.qq.com'],
      proxyUrl: 'http://user:p%40ss@proxy.example.com:3128',
      appToken: 'plain',
    });
    expect([...wechat.verifyFiles]).toEqual([
      ['MP_verify_x.txt', 'abc'],
      ['another.txt', 'd=e'],
    ]);
    expect(returnToOrigins).toEqual(['https://www.example.com']);
  });

  it('speaks TLS to a database that has a name, and to no other', () => {
    const DATABASE_TLS = 'true';
    const named = { DATABASE_TLS, DATABASE_URL: 'mysql://u:p@db.example.com/d' };
    expect(loadDatabaseConfig(named)).toMatchObject({ tls: true });
    for (const host of ['10.0.0.7', '[::1]'])
      expect(Object.keys(faultsOf({ DATABASE_TLS, DATABASE_URL: `mysql://u:p@${host}/d` }))).toEqual([
        'DATABASE_TLS',
      ]);
    expect(Object.keys(faultsOf({ DATABASE_TLS }))).toEqual(['DATABASE_TLS']);
    expect(loadDatabaseConfig({})).toMatchObject({ tls: false });
  });

  it.each([
    ['WECHAT_API_FALLBACK_URLS', 'https://api2.weixin.qq.com,ftp://x'],
    ['WECHAT_PROXY_URL', 'socks5://proxy.example.com'],
    ['WECHAT_PROXY_URL', 'http://proxy.example.com/path'],
    ['WECHAT_APP_TOKEN', 'other'],
    ['WECHAT_VERIFY_FILES', '../secret.txt=x'],
    ['WECHAT_VERIFY_FILES', 'docs=x'],
    ['WECHAT_VERIFY_FILES', 'a.txt=x,a.txt=y'],
    ['RETURN_TO_ORIGINS', 'https://www.example.com/path'],
    ['UNION_MERGE', 'maybe'],
    ['DECRYPT_LIMIT', '20'],
    ['FRESH_LOGIN', '0s'],
  ])('refuses %s=%s', (name, value) => {
    expect(Object.keys(faultsOf({ [name]: value }))).toEqual([name]);
  });

  it('is what .env.example says', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
  });
});
