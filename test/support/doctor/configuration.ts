import { examineConfiguration, explainWarning } from '../../../src/doctor/configuration.js';
import type { Provocation } from './provocation.js';
import { onlyApp } from './world.js';

const keyOfZeros = `k1:${Buffer.alloc(32).toString('base64')}`;
const production = { NODE_ENV: 'production' };
const named = { WECHAT_APPS: '', WECHAT_WEBSITE_APP_ID: 'wx0123456789abcdef' };
const secret = '0123456789abcdef0123456789abcdef';

export const configurationProvocations: Provocation[] = [
  {
    condition: 'configuration-fault',
    how: 'WECHAT_TIMEOUT=soon',
    provoke: () => ({ WECHAT_TIMEOUT: 'soon' }),
  },
  {
    condition: 'secret-file-unreadable',
    how: 'REDIS_URL_FILE names no file',
    provoke: () => ({ REDIS_URL: '', REDIS_URL_FILE: '/nowhere/redis' }),
  },
  {
    condition: 'secret-weak',
    how: 'production with an AppSecret that begins with changeme',
    provoke: () => ({ ...production, ...onlyApp({ appSecret: 'changeme0123456789' }) }),
  },
  {
    condition: 'app-half-configured',
    how: 'WECHAT_WEBSITE_APP_ID without its secret',
    provoke: () => named,
  },
  {
    condition: 'app-id-malformed',
    how: 'WECHAT_WEBSITE_APP_ID=gh_0123456789ab',
    provoke: () => ({ ...named, WECHAT_WEBSITE_APP_ID: 'gh_0123456789ab' }),
  },
  {
    condition: 'app-secret-malformed',
    how: 'an AppSecret with a space',
    provoke: () => ({ ...named, WECHAT_WEBSITE_APP_SECRET: 'planted secret with spaces' }),
  },
  {
    condition: 'push-token-malformed',
    how: 'a push token with a dash',
    provoke: () => ({
      ...named,
      WECHAT_WEBSITE_APP_SECRET: secret,
      WECHAT_WEBSITE_PUSH_TOKEN: 'planted-token',
    }),
  },
  {
    condition: 'aes-key-malformed',
    how: 'an EncodingAESKey of 44 characters',
    provoke: () => ({
      ...named,
      WECHAT_WEBSITE_APP_SECRET: secret,
      WECHAT_WEBSITE_ENCODING_AES_KEY: 'a'.repeat(44),
    }),
  },
  {
    condition: 'push-token-missing',
    how: 'an EncodingAESKey without a push token',
    provoke: () => ({
      ...named,
      WECHAT_WEBSITE_APP_SECRET: secret,
      WECHAT_WEBSITE_ENCODING_AES_KEY: 'a'.repeat(43),
    }),
  },
  {
    condition: 'same-app-secret',
    how: 'two apps with one AppSecret',
    provoke: () => ({
      ...named,
      WECHAT_WEBSITE_APP_SECRET: secret,
      WECHAT_MOBILE_APP_ID: 'wx0123456789abcde0',
      WECHAT_MOBILE_APP_SECRET: secret,
    }),
  },
  {
    condition: 'no-wechat-app',
    how: 'no app and SIMULATOR=false',
    provoke: () => ({ WECHAT_APPS: '', SIMULATOR: 'false' }),
  },
  {
    condition: 'encryption-keys-missing',
    how: 'production without ENCRYPTION_KEYS',
    provoke: () => ({ ...production, ENCRYPTION_KEYS: '' }),
  },
  {
    condition: 'encryption-keys-malformed',
    how: 'ENCRYPTION_KEYS with a key of 16 bytes',
    provoke: () => ({ ENCRYPTION_KEYS: `k1:${Buffer.alloc(16, 'planted').toString('base64')}` }),
  },
  {
    condition: 'encryption-keys-weak',
    how: 'production with a key of zeros',
    provoke: () => ({ ...production, ENCRYPTION_KEYS: keyOfZeros }),
  },
  {
    condition: 'encryption-keys-generated',
    how: 'a MySQL database without ENCRYPTION_KEYS',
    provoke: () => ({ ENCRYPTION_KEYS: '' }),
  },
  {
    condition: 'replicas-on-sqlite',
    how: 'REPLICAS=2 on SQLite',
    provoke: () => ({ REPLICAS: '2', DATABASE_URL: 'sqlite:/nowhere/wxpass.db' }),
  },
  {
    condition: 'replicas-without-redis',
    how: 'REPLICAS=2 without REDIS_URL',
    provoke: () => ({ REPLICAS: '2', REDIS_URL: '' }),
  },
  {
    condition: 'trust-proxy-too-wide',
    how: 'TRUST_PROXY=0.0.0.0/0',
    provoke: () => ({ TRUST_PROXY: '0.0.0.0/0' }),
  },
  {
    condition: 'trust-proxy-missing',
    how: 'PUBLIC_URL is https and TRUST_PROXY unset',
    provoke: () => ({ PUBLIC_URL: 'https://login.example.test' }),
  },
  {
    condition: 'simulator-in-production',
    how: 'production with SIMULATOR=true',
    provoke: () => ({ ...production, SIMULATOR: 'true' }),
  },
  {
    condition: 'simulator-exposed',
    how: 'SIMULATOR=true and HOST=0.0.0.0',
    examine: () => examineConfiguration({ SIMULATOR: 'true', HOST: '0.0.0.0' }).findings,
  },
  {
    condition: 'public-url-http',
    how: 'production with an http PUBLIC_URL',
    provoke: () => production,
  },
  {
    condition: 'production-on-sqlite',
    how: 'production on SQLite',
    provoke: () => ({ ...production, DATABASE_URL: 'sqlite:/nowhere/wxpass.db' }),
  },
  {
    condition: 'wechat-api-http',
    how: 'production with an http WECHAT_API_URL',
    provoke: () => production,
  },
  {
    condition: 'metrics-open',
    how: 'production without METRICS_TOKEN',
    provoke: () => production,
  },
  {
    condition: 'not-production',
    how: 'NODE_ENV=test and a PUBLIC_URL that is not local',
    provoke: () => ({ PUBLIC_URL: 'https://login.example.test' }),
  },
  {
    condition: 'configuration-warning',
    how: 'a warning of the service that the doctor does not know (fake)',
    examine: () => [explainWarning('SOMETHING is odd')],
  },
];
