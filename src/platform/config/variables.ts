import { z } from 'zod';
import {
  parseApiClients,
  parseDatabaseUrl,
  parseEncryptionKeys,
  parseRedisUrl,
  parseSessionLimits,
  parseTrustedProxies,
  parseVerifyFiles,
  parseWechatApps,
} from './formats.js';
import {
  baseUrl,
  baseUrls,
  duration,
  flag,
  integer,
  limit,
  origins,
  positiveDuration,
  proxyUrl,
  variable,
  type Values,
  type Variable,
} from './variable.js';

const text = z.string().max(4096);
const scanLife = positiveDuration.refine((ms) => ms <= 30 * 60_000, 'must be 30m at most');

const service = {
  NODE_ENV: variable(
    z.enum(['development', 'production', 'test'], 'must be development, production or test'),
    {
      default: 'development',
      example: 'production',
      about: 'production: no simulator, no .env file, no generated keys, no placeholder or short secrets',
    },
  ),
  HOST: variable(text, {
    example: '0.0.0.0',
    about: 'Address to listen on; 127.0.0.1 with the simulator, else 0.0.0.0',
  }),
  PORT: variable(integer(1, 65535), { default: '3000', example: '3000', about: 'Port to listen on' }),
  PUBLIC_URL: variable(baseUrl, {
    example: 'https://login.example.com',
    about: 'Address people reach the service at; http://localhost:PORT when unset',
  }),
  REPLICAS: variable(integer(1, 1000), {
    default: '1',
    example: '2',
    about: 'How many processes share the database; more than 1 needs MySQL and Redis',
  }),
  SIMULATOR: variable(flag, {
    example: 'true',
    about: 'Plays WeChat under /simulator; on outside production when no WeChat app is configured',
  }),
  DOCS: variable(flag, { default: 'true', example: 'false', about: 'Serves /docs and /docs/openapi.json' }),
  CORS_ORIGINS: variable(origins, {
    example: 'https://app.example.com,https://admin.example.com',
    about: 'Exact origins whose pages may call the API; none when unset',
  }),
  RETURN_TO_ORIGINS: variable(origins, {
    example: 'https://www.example.com,https://shop.example.com',
    about: 'Exact origins a login may return to, beside the own one; none when unset',
  }),
  TRUST_PROXY: variable(z.string().transform(parseTrustedProxies), {
    example: '10.0.0.0/8,fd00::/8',
    about: 'Proxies whose X-Forwarded-For is believed, as addresses or CIDR; none when unset',
  }),
  API_LIMIT: variable(limit, {
    default: '600/1m',
    example: '600/1m',
    about: 'Requests to /api/v1 by user, or by address without a token',
  }),
  LOG_LEVEL: variable(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), {
    default: 'info',
    example: 'debug',
    about: 'fatal, error, warn, info, debug, trace or silent',
  }),
  LOG_FORMAT: variable(z.enum(['pretty', 'json']), {
    example: 'json',
    about: 'pretty or json; pretty in development, else json',
  }),
  SHUTDOWN_DELAY: variable(duration, {
    default: '0s',
    example: '5s',
    about: 'After SIGTERM: not ready but still serving, until load balancers have noticed',
  }),
  SHUTDOWN_GRACE: variable(duration, {
    default: '10s',
    example: '10s',
    about: 'Then: how long requests in flight may take to finish',
  }),
} satisfies Record<string, Variable>;

const storage = {
  DATABASE_URL: variable(z.string().transform(parseDatabaseUrl), {
    secret: true,
    example: 'mysql://wxpass:password@db.example.com:3306/wxpass',
    about: 'sqlite:path/to/file.db or mysql://user:password@host:3306/name; sqlite:data/wxpass.db when unset',
  }),
  DATABASE_HOST: variable(text, {
    example: 'db.example.com',
    about: 'MySQL in parts instead of DATABASE_URL, for passwords that a URL would break',
  }),
  DATABASE_PORT: variable(integer(1, 65535), { example: '3306', about: 'MySQL port; 3306 when unset' }),
  DATABASE_USER: variable(text, { example: 'wxpass', about: 'MySQL user' }),
  DATABASE_PASSWORD: variable(text, { secret: true, example: 'p@ss/w:rd', about: 'MySQL password' }),
  DATABASE_NAME: variable(text, { example: 'wxpass', about: 'MySQL database' }),
  DATABASE_POOL_SIZE: variable(integer(1, 1000), {
    default: '20',
    example: '20',
    about: 'Connections a process may hold open to MySQL',
  }),
  DATABASE_MIGRATE: variable(flag, {
    example: 'true',
    about: 'Apply pending migrations at boot, under a lock; on with SQLite, off with MySQL when unset',
  }),
  REDIS_URL: variable(z.string().transform(parseRedisUrl), {
    secret: true,
    example: 'redis://:password@redis.example.com:6379/0',
    about: 'redis://, rediss:// or redis+sentinel://host:26379,host:26379/master; in memory when unset',
  }),
} satisfies Record<string, Variable>;

const appPart = (kind: string) => ({
  appId: variable(text, { example: 'wx0123456789abcdef', about: `AppID of the ${kind}` }),
  secret: variable(text, {
    secret: true,
    example: 'the 32 characters that WeChat shows once',
    about: `AppSecret of the ${kind}`,
  }),
  token: variable(text, { secret: true, example: 'aToken123', about: `Message push token of the ${kind}` }),
  aesKey: variable(text, {
    secret: true,
    example: 'the 43 characters that WeChat shows',
    about: `EncodingAESKey of the ${kind}'s message push`,
  }),
});

const miniProgram = appPart('mini program');
const website = appPart('website app');
const officialAccount = appPart('official account');
const mobile = appPart('mobile app');

const wechat = {
  WECHAT_MINI_PROGRAM_APP_ID: miniProgram.appId,
  WECHAT_MINI_PROGRAM_APP_SECRET: miniProgram.secret,
  WECHAT_MINI_PROGRAM_PUSH_TOKEN: miniProgram.token,
  WECHAT_MINI_PROGRAM_ENCODING_AES_KEY: miniProgram.aesKey,
  WECHAT_WEBSITE_APP_ID: website.appId,
  WECHAT_WEBSITE_APP_SECRET: website.secret,
  WECHAT_WEBSITE_PUSH_TOKEN: website.token,
  WECHAT_WEBSITE_ENCODING_AES_KEY: website.aesKey,
  WECHAT_OFFICIAL_ACCOUNT_APP_ID: officialAccount.appId,
  WECHAT_OFFICIAL_ACCOUNT_APP_SECRET: officialAccount.secret,
  WECHAT_OFFICIAL_ACCOUNT_PUSH_TOKEN: officialAccount.token,
  WECHAT_OFFICIAL_ACCOUNT_ENCODING_AES_KEY: officialAccount.aesKey,
  WECHAT_MOBILE_APP_ID: mobile.appId,
  WECHAT_MOBILE_APP_SECRET: mobile.secret,
  WECHAT_MOBILE_PUSH_TOKEN: mobile.token,
  WECHAT_MOBILE_ENCODING_AES_KEY: mobile.aesKey,
  WECHAT_APPS: variable(z.string().transform(parseWechatApps), {
    secret: true,
    example: '[{"kind":"mini-program","appId":"wx0123456789abcdef","appSecret":"…"}]',
    about: 'Any number of apps as JSON: kind, appId, appSecret, pushToken?, encodingAesKey?, name?',
  }),
  WECHAT_API_URL: variable(baseUrl, {
    example: 'https://api.weixin.qq.com',
    about: "WeChat's API; https://api.weixin.qq.com when unset, a path prefix is kept",
  }),
  WECHAT_OPEN_URL: variable(baseUrl, {
    example: 'https://open.weixin.qq.com',
    about: 'Where people consent; https://open.weixin.qq.com when unset, a path prefix is kept',
  }),
  WECHAT_MP_URL: variable(baseUrl, {
    example: 'https://mp.weixin.qq.com',
    about: 'Where QR images lie; https://mp.weixin.qq.com when unset, a path prefix is kept',
  }),
  WECHAT_API_FALLBACK_URLS: variable(baseUrls, {
    example: 'https://api2.weixin.qq.com,https://sh.api.weixin.qq.com',
    about: 'Alternates of WECHAT_API_URL, tried only where nothing was consumed; none when unset',
  }),
  WECHAT_PROXY_URL: variable(proxyUrl, {
    secret: true,
    example: 'http://user:password@proxy.example.com:3128',
    about: 'HTTP proxy for all calls to WeChat, such as one whose address is on the allow-list',
  }),
  WECHAT_APP_TOKEN: variable(z.enum(['stable', 'plain'], 'must be stable or plain'), {
    default: 'stable',
    example: 'plain',
    about: "How an app's own token is fetched: stable (cgi-bin/stable_token) or plain (cgi-bin/token)",
  }),
  WECHAT_VERIFY_FILES: variable(z.string().transform(parseVerifyFiles), {
    example: 'MP_verify_x.txt=content',
    about: "Files served at the root for WeChat's domain check: name=content, comma-separated",
  }),
  WECHAT_SCAN_PAGE: variable(
    z
      .string()
      .regex(
        /^(?!\/)[^?#\s]{1,256}$/,
        'must be a page path without a slash at its beginning and without a query',
      ),
    {
      example: 'pages/login/index',
      about: 'Mini-program page behind the scan code; the home page when unset',
    },
  ),
  WECHAT_SCAN_ENV: variable(z.enum(['release', 'trial', 'develop'], 'must be release, trial or develop'), {
    default: 'release',
    example: 'trial',
    about: 'Version of the mini program behind the scan code: release, trial or develop',
  }),
  WECHAT_TIMEOUT: variable(positiveDuration, {
    default: '3s',
    example: '3s',
    about: 'Time limit of one call to WeChat',
  }),
} satisfies Record<string, Variable>;

const tokens = {
  JWT_ISSUER: variable(text, {
    example: 'https://login.example.com',
    about: 'iss of access tokens; PUBLIC_URL when unset',
  }),
  JWT_AUDIENCE: variable(text, { default: 'wxpass', example: 'wxpass', about: 'aud of access tokens' }),
  JWT_ALGORITHM: variable(z.enum(['ES256', 'RS256']), {
    default: 'ES256',
    example: 'RS256',
    about: 'Algorithm of new signing keys',
  }),
  JWT_TYP: variable(z.enum(['at+jwt', 'JWT']), {
    default: 'at+jwt',
    example: 'JWT',
    about: "typ of access tokens; JWT for verifiers that refuse at+jwt (Spring's default)",
  }),
  SIGNING_KEYS_FILE: variable(text, {
    example: '/run/secrets/signing-keys.json',
    about: 'A JWK set with private keys, the first signs; generated and sealed in the database when unset',
  }),
  ACCESS_TOKEN_TTL: variable(positiveDuration, {
    default: '15m',
    example: '15m',
    about: 'Life of an access token',
  }),
  REFRESH_TOKEN_TTL: variable(positiveDuration, {
    default: '30d',
    example: '30d',
    about: 'Life of a refresh token; starts anew at each rotation',
  }),
  SESSION_MAX_TTL: variable(positiveDuration, {
    default: '180d',
    example: '180d',
    about: 'Absolute end of a session, however often it is refreshed',
  }),
  SESSION_LIMITS: variable(z.string().transform(parseSessionLimits), {
    default: 'mobile=0,web=2,desktop=1,mini-program=0',
    example: 'mobile=1,web=2,desktop=1,mini-program=0',
    about: 'Sessions a user may have at once by type of device, 0 or absent: any number; the oldest ends',
  }),
  REFRESH_GRACE: variable(duration, {
    default: '30s',
    example: '30s',
    about: 'How long the direct predecessor of a refresh token still gets the same successor',
  }),
  FRESH_LOGIN: variable(positiveDuration, {
    default: '5m',
    example: '5m',
    about: 'How old the login may be that dangerous acts demand',
  }),
  UNION_MERGE: variable(z.enum(['auto', 'refuse'], 'must be auto or refuse'), {
    default: 'auto',
    example: 'refuse',
    about: 'Whether two users whom a unionid proves to be one person are made one, or refused with 409',
  }),
  ENCRYPTION_KEYS: variable(z.string().transform(parseEncryptionKeys), {
    secret: true,
    example: 'k1:the base64 of 32 random bytes (openssl rand -base64 32)',
    about: 'id:base64,… the first seals, all open; generated under data/ in development',
  }),
} satisfies Record<string, Variable>;

const risk = {
  LOGIN_LIMIT_IP: variable(limit, {
    default: '300/1m',
    example: '300/1m',
    about: 'Logins and attempts to log in by address, in a sliding window',
  }),
  LOGIN_LIMIT_ACCOUNT: variable(limit, {
    default: '5/1m',
    example: '5/1m',
    about: 'Failed passwords by account, in a sliding window',
  }),
  SCAN_LIMIT: variable(limit, {
    default: '60/1m',
    example: '60/1m',
    about: 'Scans begun by address, in a sliding window',
  }),
  SCAN_TTL: variable(scanLife, {
    default: '2m',
    example: '2m',
    about: 'Life of a scan to log in, 30m at most',
  }),
  SCAN_MATCH_CODE: variable(z.enum(['off', 'required'], 'must be off or required'), {
    default: 'off',
    example: 'required',
    about: 'Whether the phone must send the code that the computer shows',
  }),
  SCAN_OFFICIAL_ACCOUNT: variable(z.enum(['confirm', 'direct'], 'must be confirm or direct'), {
    default: 'confirm',
    example: 'direct',
    about:
      'direct: scanning an official account logs in without a further tap; not where a match code is required or SCAN_ADDRESS_MISMATCH blocks',
  }),
  SCAN_ADDRESS_MISMATCH: variable(z.enum(['flag', 'block'], 'must be flag or block'), {
    default: 'flag',
    example: 'block',
    about: 'Whether a phone at another address than the computer is noted in the audit log, or refused',
  }),
  DECRYPT_LIMIT: variable(limit, {
    default: '20/10m',
    example: '20/10m',
    about: 'Failed decryptions of encrypted data by session, in a sliding window',
  }),
  BLOCK_AFTER: variable(integer(1, 1000), {
    default: '3',
    example: '3',
    about: 'Full windows of failures before an address is put on the blocklist',
  }),
  BLOCK_FOR: variable(positiveDuration, {
    default: '15m',
    example: '15m',
    about: 'How long such an address stays on the blocklist',
  }),
  REPLAY_PROTECTION: variable(z.enum(['optional', 'required']), {
    default: 'optional',
    example: 'required',
    about: 'Whether login requests must carry X-Timestamp and X-Nonce, or may',
  }),
  API_CLIENTS: variable(z.string().transform(parseApiClients), {
    secret: true,
    example: 'gateway:a secret of at least 16 characters:introspect+revoke',
    about: 'Machine clients: id:secret:scope+scope,… with the scopes introspect, revoke and admin',
  }),
  AUDIT_RETENTION: variable(positiveDuration, {
    default: '180d',
    example: '180d',
    about: 'How long the audit log is kept',
  }),
} satisfies Record<string, Variable>;

/** Every variable the service reads, in the order `.env.example` lists them. */
export const variableGroups = {
  Service: service,
  Storage: storage,
  WeChat: wechat,
  'Tokens and sessions': tokens,
  Risk: risk,
};

export const variables = { ...service, ...storage, ...wechat, ...tokens, ...risk };

/** What all of them parse to. */
export type Settings = Values<typeof variables>;
