import { isIP } from 'node:net';
import { z } from 'zod';
import {
  apiScopes,
  deviceTypes,
  type ApiClient,
  type ApiScope,
  type DatabaseAddress,
  type DeviceType,
  type EncryptionKey,
  type RedisConfig,
} from './config.js';
import { wechatAppSchema, type WechatApp } from './wechat-app.js';

type Context = z.core.$RefinementCtx<string>;

function refuse(context: Context, problem: string): never {
  context.addIssue(problem);
  return z.NEVER;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** `sqlite:file` or `mysql://user:password@host:port/name`, percent-decoded. */
export function parseDatabaseUrl(text: string, context: Context): DatabaseAddress {
  if (text.startsWith('sqlite:')) {
    const file = text.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
    return file === '' ? refuse(context, 'must name a file after sqlite:') : { kind: 'sqlite', file };
  }
  const url = parseUrl(text);
  const name = url ? decode(url.pathname.slice(1)) : '';
  if (!url || url.protocol !== 'mysql:' || !url.hostname || !url.username || !name || name.includes('/')) {
    return refuse(context, 'must be sqlite:path or mysql://user:password@host:3306/name');
  }
  if (url.search || url.hash)
    return refuse(context, 'has a query or fragment, which would be ignored; for TLS set DATABASE_TLS');
  const [user, password] = [decode(url.username), decode(url.password)];
  if (user === undefined || password === undefined)
    return refuse(context, 'has a % that is not an escape; use DATABASE_HOST and its siblings');
  return {
    kind: 'mysql',
    host: unbracket(url.hostname),
    port: Number(url.port || 3306),
    user,
    password,
    name,
  };
}

/** `redis://`, `rediss://`, or `redis+sentinel://[user:password@]host[:port],…/master[/db]`. */
export function parseRedisUrl(text: string, context: Context): RedisConfig {
  const sentinel = /^redis\+sentinel:\/\/(?:([^@/]*)@)?([^/]+)\/([^/?#]+)(?:\/(\d{1,3}))?$/.exec(text);
  if (sentinel) return parseSentinel(sentinel, context);
  const url = parseUrl(text);
  if (!url || !/^rediss?:$/.test(url.protocol) || !url.hostname || !/^(\/\d{0,3})?$/.test(url.pathname)) {
    return refuse(context, 'must be redis://, rediss:// or redis+sentinel://host,host/master');
  }
  if (decode(url.username) === undefined || decode(url.password) === undefined) {
    return refuse(context, 'has a % that is not an escape');
  }
  return { kind: 'standalone', url: text };
}

function parseSentinel([, credentials, hosts, master, db]: RegExpExecArray, context: Context): RedisConfig {
  const [username, password] = (credentials ?? '').split(/:(.*)/s).map(decode);
  const sentinels = hosts!.split(',').map((host) => {
    const [, name = '', port = '26379'] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(host.trim()) ?? [];
    return { host: unbracket(name), port: Number(port) };
  });
  if (sentinels.some(({ host, port }) => host === '' || port < 1 || port > 65535)) {
    return refuse(context, 'has a sentinel that is not host or host:port');
  }
  return {
    kind: 'sentinel',
    sentinels,
    master: decode(master!) ?? master!,
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    db: Number(db ?? 0),
  };
}

/** `id:base64(32 bytes),…`; ids are unique. */
export function parseEncryptionKeys(text: string, context: Context): EncryptionKey[] {
  const keys = text.split(',').map((item) => {
    const [, id = '', encoded = ''] = /^([\w-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(item.trim()) ?? [];
    return { id, key: Buffer.from(encoded, 'base64') };
  });
  if (keys.some(({ id, key }) => id === '' || key.length !== 32)) {
    return refuse(context, 'must be id:base64 of 32 bytes each, comma-separated');
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) return refuse(context, 'names one key id twice');
  return keys;
}

/** A JSON array of apps. */
export function parseWechatApps(text: string, context: Context): WechatApp[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse(context, 'must be a JSON array');
  }
  const parsed = z.array(wechatAppSchema).safeParse(json);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    context.addIssue(`${issue.path.join('.') || 'the array'}: ${wordsOf(issue)}`);
  return z.NEVER;
}

/** `id:secret:scope+scope,…`; a secret may hold colons but no commas. */
export function parseApiClients(text: string, context: Context): ApiClient[] {
  const clients = text.split(',').map((item): ApiClient => {
    const [, id = '', secret = '', scopes = ''] = /^([\w.-]{1,64}):(.+):([a-z+]+)$/.exec(item.trim()) ?? [];
    return { id, secret, scopes: scopes.split('+') as ApiScope[] };
  });
  if (clients.some(({ id }) => id === ''))
    return refuse(context, 'must be id:secret:scope+scope, comma-separated');
  if (clients.some(({ scopes }) => scopes.some((scope) => !apiScopes.includes(scope)))) {
    return refuse(context, `has a scope other than ${apiScopes.join(', ')}`);
  }
  if (new Set(clients.map(({ id }) => id)).size < clients.length)
    return refuse(context, 'names one client id twice');
  return clients;
}

/** `type=count,…`; 0 is no limit. */
export function parseSessionLimits(text: string, context: Context): Partial<Record<DeviceType, number>> {
  const pairs = text.split(',').map((item) => /^([a-z-]+)=(\d{1,4})$/.exec(item.trim()));
  if (pairs.some((pair) => !pair || !deviceTypes.includes(pair[1] as DeviceType))) {
    return refuse(context, `must be type=count, comma-separated, with the types ${deviceTypes.join(', ')}`);
  }
  return Object.fromEntries(pairs.map((pair) => [pair![1], Number(pair![2])])) as Partial<
    Record<DeviceType, number>
  >;
}

/** However it is spelled: the URL parser writes every IPv6 address one way. */
function isMapped(address: string): boolean {
  return isIP(address) === 6 && new URL(`http://[${address}]`).hostname.startsWith('[::ffff:');
}

/** Shorter prefixes would believe half the internet. */
const shortestPrefix = { 4: 8, 6: 7 } as const;

/** Addresses and CIDR ranges, comma-separated. */
export function parseTrustedProxies(text: string, context: Context): string[] {
  const ranges = text.split(',').map((item) => item.trim());
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/', 2);
    const family = isIP(address) as 0 | 4 | 6;
    const bits = prefix === undefined ? Infinity : Number(prefix);
    if (
      family === 0 ||
      !/^(\d{1,3})?$/.test(prefix ?? '') ||
      prefix === '' ||
      (prefix !== undefined && bits > (family === 4 ? 32 : 128))
    ) {
      return refuse(context, `must be addresses or CIDR ranges, but has "${range}"`);
    }
    if (bits < shortestPrefix[family] || isMapped(address)) {
      return refuse(context, `would trust too much of the internet with "${range}"`);
    }
  }
  return ranges;
}

/** `name=content,…`: plain files that WeChat's domain check asks for at the root. */
export function parseVerifyFiles(text: string, context: Context): Map<string, string> {
  const files = text.split(',').map((item) => /^([\w-]{1,64}\.txt)=([\x21-\x7e]{1,256})$/.exec(item.trim()));
  if (files.some((file) => !file)) return refuse(context, 'must be name.txt=content, comma-separated');
  const named = new Map(files.map((file) => [file![1]!, file![2]!]));
  if (named.size < files.length) return refuse(context, 'names one file twice');
  return named;
}

/** An unknown field may be a secret that slipped into the place of a name. */
function wordsOf({ code, message }: z.core.$ZodIssue): string {
  return code === 'unrecognized_keys' ? 'has an unknown field' : message;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function unbracket(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
