import { readFileSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { Config, type DatabaseAddress, type DatabaseConfig } from './config.js';
import { ConfigError, Faults } from './config-error.js';
import { requireProductionSafety, requireSharedStorage, warningsFor } from './production-safety.js';
import { tracingVariables } from './tracing-variables.js';
import type { Variable } from './variable.js';
import { variables, type Settings } from './variables.js';
import { appVariables, wechatAppSchema, type WechatApp } from './wechat-app.js';

type Environment = Record<string, string | undefined>;

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/**
 * Reads and checks the whole environment.
 * @throws ConfigError naming every fault
 */
export function loadConfig(env: Environment, readFile = readText): Config {
  const faults = new Faults();
  const settings = parseVariables(readSecretFiles(env, readFile, faults), faults);
  const production = settings.NODE_ENV === 'production';
  const apps = assembleApps(settings, faults);
  const simulator = settings.SIMULATOR ?? (!production && apps.length === 0);
  const database = assembleDatabase(settings, faults);
  const firstAdministrator = assembleFirstAdministrator(settings, faults);
  if (settings.REPLICAS > 1) requireSharedStorage(settings, database, faults);
  if (production) requireProductionSafety(settings, simulator, apps, faults);
  if (faults.list.length > 0) throw new ConfigError(faults.list);
  return assembleConfig(settings, { production, simulator, apps, database, firstAdministrator });
}

/**
 * The database's part alone, for a command that needs no more.
 * @throws ConfigError naming the faults of that part
 */
export function loadDatabaseConfig(env: Environment, readFile = readText): DatabaseConfig {
  const faults = new Faults();
  const settings = parseVariables(readSecretFiles(env, readFile, faults), faults);
  const database = assembleDatabase(settings, faults);
  const own = faults.list.filter(({ variable }) => variable.startsWith('DATABASE_'));
  if (own.length > 0) throw new ConfigError(own);
  return database;
}

/** NAME_FILE twins: the file's text stands for the secret, without the newline at its end. */
function readSecretFiles(env: Environment, readFile: (path: string) => string, faults: Faults): Environment {
  const resolved: Environment = { ...env };
  for (const [name, { secret }] of Object.entries(variables as Record<string, Variable>)) {
    const path = env[`${name}_FILE`];
    if (!secret || !path) continue;
    if (env[name]) faults.add(name, `and ${name}_FILE are both set: keep one`);
    try {
      resolved[name] = readFile(path).replace(/\r?\n$/, '');
      if (resolved[name] === '') faults.add(name, `is empty in the file that ${name}_FILE names`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      faults.add(name, `cannot be read from the file that ${name}_FILE names (${code})`);
    }
  }
  return resolved;
}

function parseVariables(env: Environment, faults: Faults): Settings {
  const settings: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(variables as Record<string, Variable>)) {
    const text = env[name] || variable.default;
    if (text === undefined) continue;
    const parsed = variable.schema.safeParse(text);
    if (parsed.success) settings[name] = parsed.data;
    else for (const issue of parsed.error.issues) faults.add(name, issue.message);
    if (!parsed.success && variable.default !== undefined) {
      settings[name] = variable.schema.parse(variable.default);
    }
  }
  return settings as Settings;
}

function assembleApps(settings: Settings, faults: Faults): WechatApp[] {
  const named = Object.entries(appVariables).flatMap(([kind, prefix]) =>
    namedApp(kind, prefix, settings, faults),
  );
  const apps = [...named, ...(settings.WECHAT_APPS ?? [])];
  const seen = new Set<string>();
  for (const { appId } of apps) {
    if (seen.has(appId)) faults.add('WECHAT_APPS', `names ${appId}, which is configured twice`);
    seen.add(appId);
  }
  return apps;
}

function namedApp(kind: string, prefix: string, settings: Settings, faults: Faults): WechatApp[] {
  const read = (suffix: string) =>
    (settings as Record<string, unknown>)[`${prefix}_${suffix}`] as string | undefined;
  const parts = {
    appId: ['APP_ID', read('APP_ID')],
    appSecret: ['APP_SECRET', read('APP_SECRET')],
    pushToken: ['PUSH_TOKEN', read('PUSH_TOKEN')],
    encodingAesKey: ['ENCODING_AES_KEY', read('ENCODING_AES_KEY')],
  } as const;
  if (Object.values(parts).every(([, value]) => value === undefined)) return [];
  const parsed = wechatAppSchema.safeParse({
    kind,
    ...Object.fromEntries(Object.entries(parts).map(([field, [, value]]) => [field, value])),
  });
  if (parsed.success) return [parsed.data];
  for (const issue of parsed.error.issues) {
    const [suffix, value] = parts[issue.path[0] as keyof typeof parts];
    faults.add(
      `${prefix}_${suffix}`,
      value === undefined ? 'is missing: the app is half configured' : issue.message,
    );
  }
  return [];
}

function assembleDatabase(settings: Settings, faults: Faults): DatabaseConfig {
  const address = databaseAddress(settings, faults);
  if (settings.DATABASE_TLS) requireNamedServer(address, faults);
  return {
    ...address,
    tls: settings.DATABASE_TLS,
    poolSize: settings.DATABASE_POOL_SIZE,
    migrate: settings.DATABASE_MIGRATE ?? address.kind === 'sqlite',
  };
}

/** A certificate is compared with a name: mysql2 would take an IP address for localhost. */
function requireNamedServer(address: DatabaseAddress, faults: Faults): void {
  if (address.kind === 'sqlite') faults.add('DATABASE_TLS', 'is for MySQL, and the database is a file');
  else if (isIP(address.host))
    faults.add('DATABASE_TLS', 'needs the host by the name on its certificate, not by its IP address');
}

function databaseAddress(settings: Settings, faults: Faults): DatabaseAddress {
  const embedded: DatabaseAddress = { kind: 'sqlite', file: 'data/wxpass.db' };
  const {
    DATABASE_HOST: host,
    DATABASE_USER: user,
    DATABASE_NAME: name,
    DATABASE_PASSWORD: password,
  } = settings;
  const inParts = host ?? user ?? name ?? password ?? settings.DATABASE_PORT;
  if (inParts === undefined) return settings.DATABASE_URL ?? embedded;
  if (settings.DATABASE_URL)
    faults.add('DATABASE_URL', 'and the DATABASE_HOST family are both set: keep one');
  if (host !== undefined && user !== undefined && name !== undefined) {
    return {
      kind: 'mysql',
      host,
      port: settings.DATABASE_PORT ?? 3306,
      user,
      password: password ?? '',
      name,
    };
  }
  for (const [variable, value] of Object.entries({
    DATABASE_HOST: host,
    DATABASE_USER: user,
    DATABASE_NAME: name,
  })) {
    if (value === undefined) faults.add(variable, 'is missing beside the other DATABASE_ parts');
  }
  return embedded;
}

function assembleFirstAdministrator(settings: Settings, faults: Faults): Config['firstAdministrator'] {
  const { ADMIN_USERNAME: username, ADMIN_PASSWORD: password } = settings;
  if (username !== undefined && password !== undefined) return { username, password };
  if (username !== undefined && !faults.has('ADMIN_PASSWORD'))
    faults.add('ADMIN_PASSWORD', 'is missing beside ADMIN_USERNAME');
  if (password !== undefined && !faults.has('ADMIN_USERNAME'))
    faults.add('ADMIN_USERNAME', 'is missing beside ADMIN_PASSWORD');
  return undefined;
}

function assembleConfig(
  settings: Settings,
  assembled: Pick<Config, 'production' | 'simulator' | 'database' | 'firstAdministrator'> & {
    apps: WechatApp[];
  },
): Config {
  const { production, simulator, apps, database, firstAdministrator } = assembled;
  const publicUrl = settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`;
  const simulatorUrl = `${publicUrl}/simulator`;
  const config = {
    production,
    host: settings.HOST ?? (simulator ? '127.0.0.1' : '0.0.0.0'),
    port: settings.PORT,
    publicUrl,
    replicas: settings.REPLICAS,
    simulator,
    docs: settings.DOCS,
    metricsToken: settings.METRICS_TOKEN,
    corsOrigins: settings.CORS_ORIGINS ?? [],
    returnToOrigins: settings.RETURN_TO_ORIGINS ?? [],
    apiLimit: settings.API_LIMIT,
    trustedProxies: settings.TRUST_PROXY ?? [],
    database,
    redis: settings.REDIS_URL,
    encryptionKeys: settings.ENCRYPTION_KEYS ?? [],
    wechat: {
      apps,
      apiUrl: settings.WECHAT_API_URL ?? (simulator ? ownApiUrl(settings) : 'https://api.weixin.qq.com'),
      openUrl: settings.WECHAT_OPEN_URL ?? (simulator ? simulatorUrl : 'https://open.weixin.qq.com'),
      mpUrl: settings.WECHAT_MP_URL ?? (simulator ? simulatorUrl : 'https://mp.weixin.qq.com'),
      apiFallbackUrls: settings.WECHAT_API_FALLBACK_URLS ?? [],
      timeoutMs: settings.WECHAT_TIMEOUT,
      proxyUrl: settings.WECHAT_PROXY_URL,
      appToken: settings.WECHAT_APP_TOKEN,
      verifyFiles: settings.WECHAT_VERIFY_FILES ?? new Map<string, string>(),
    },
    scan: {
      ttlMs: settings.SCAN_TTL,
      beganByAddress: settings.SCAN_LIMIT,
      matchCode: settings.SCAN_MATCH_CODE,
      officialAccount: settings.SCAN_OFFICIAL_ACCOUNT,
      addressMismatch: settings.SCAN_ADDRESS_MISMATCH,
      page: settings.WECHAT_SCAN_PAGE,
      envVersion: settings.WECHAT_SCAN_ENV,
    },
    registration: settings.REGISTRATION,
    firstAdministrator,
    unionMerge: settings.UNION_MERGE,
    jwt: {
      issuer: settings.JWT_ISSUER ?? publicUrl,
      audience: settings.JWT_AUDIENCE,
      accessTtlMs: settings.ACCESS_TOKEN_TTL,
      algorithm: settings.JWT_ALGORITHM,
      typ: settings.JWT_TYP,
      keysFile: settings.SIGNING_KEYS_FILE,
    },
    session: {
      refreshTtlMs: settings.REFRESH_TOKEN_TTL,
      maxTtlMs: settings.SESSION_MAX_TTL,
      refreshGraceMs: settings.REFRESH_GRACE,
      freshMs: settings.FRESH_LOGIN,
      limits: settings.SESSION_LIMITS,
    },
    risk: {
      loginsByAddress: settings.LOGIN_LIMIT_IP,
      failuresByAccount: settings.LOGIN_LIMIT_ACCOUNT,
      registrationsByAddress: settings.REGISTER_LIMIT,
      decryptionsBySession: settings.DECRYPT_LIMIT,
      blockAfter: settings.BLOCK_AFTER,
      blockForMs: settings.BLOCK_FOR,
      replayProtection: settings.REPLAY_PROTECTION,
    },
    apiClients: settings.API_CLIENTS ?? [],
    auditRetentionMs: settings.AUDIT_RETENTION,
    log: {
      level: settings.LOG_LEVEL,
      format: settings.LOG_FORMAT ?? (settings.NODE_ENV === 'development' ? 'pretty' : 'json'),
    },
    shutdown: { delayMs: settings.SHUTDOWN_DELAY, graceMs: settings.SHUTDOWN_GRACE },
    tracing: tracingOf(settings),
  };
  return new Config({ ...config, warnings: warningsFor(config) });
}

/** What OpenTelemetry is told, once it has somewhere to send to. */
function tracingOf(settings: Settings): Config['tracing'] {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = settings;
  if (settings.OTEL_SDK_DISABLED || (all ?? traces) === undefined) return undefined;
  const told = Object.keys(tracingVariables).map((name) => [name, settings[name as keyof Settings]]);
  return Object.fromEntries(told.filter(([, value]) => typeof value === 'string')) as Record<string, string>;
}

/** The simulator in this process, by the address it listens on: a proxy may stand before the public one. */
function ownApiUrl({ HOST: host, PORT: port }: Settings): string {
  const own = !host || ['0.0.0.0', '::', 'localhost'].includes(host) ? '127.0.0.1' : host;
  return `http://${isIPv6(own) ? `[${own}]` : own}:${port}/simulator`;
}
