import type { Config, DatabaseConfig } from './config.js';
import type { Faults } from './config-error.js';
import type { Settings } from './variables.js';
import { appVariables, type WechatApp } from './wechat-app.js';

const placeholderWords =
  /change[-_ ]?me|placeholder|example|your[-_ ]?(app)?[-_ ]?secret|^(secret|password|test|x{3,})/i;
const oneCharacter = /^(.)\1*$/;
const keyboardOrder = /^(0123456789(abcdef)?)+|^(1234567890)+/i;

/** What replicas must share. */
export function requireSharedStorage(settings: Settings, database: DatabaseConfig, faults: Faults): void {
  if (!settings.REDIS_URL) faults.add('REDIS_URL', 'is needed when REPLICAS is more than 1');
  if (database.kind === 'sqlite' && !faults.has('DATABASE_URL')) {
    faults.add('DATABASE_URL', 'must name a MySQL server when REPLICAS is more than 1');
  }
}

/** What production refuses to start with. */
export function requireProductionSafety(
  settings: Settings,
  simulator: boolean,
  apps: WechatApp[],
  faults: Faults,
): void {
  if (simulator) faults.add('SIMULATOR', 'must not be true in production');
  if (!settings.ENCRYPTION_KEYS) faults.add('ENCRYPTION_KEYS', 'is required in production');
  for (const { kind, appId, appSecret, pushToken } of apps) {
    const where = isNamed(settings, appId) ? `${appVariables[kind]}_APP_SECRET` : 'WECHAT_APPS';
    if (appSecret.length < 16) faults.add(where, `has an AppSecret of ${appId} shorter than 16 characters`);
    if (isPlaceholder(appSecret))
      faults.add(where, `has an AppSecret of ${appId} that looks like a placeholder`);
    if (pushToken && /^(token|changeme|example)$/i.test(pushToken)) {
      faults.add(
        where.replace('APP_SECRET', 'PUSH_TOKEN'),
        `has a push token of ${appId} that looks like a placeholder`,
      );
    }
  }
  for (const { id, secret } of settings.API_CLIENTS ?? []) {
    if (secret.length < 16) faults.add('API_CLIENTS', `has a secret of ${id} shorter than 16 characters`);
    if (isPlaceholder(secret))
      faults.add('API_CLIENTS', `has a secret of ${id} that looks like a placeholder`);
  }
  const { ADMIN_PASSWORD: password } = settings;
  if (password !== undefined && Array.from(password).length < 16)
    faults.add('ADMIN_PASSWORD', 'is shorter than 16 characters');
  if (password !== undefined && isPlaceholder(password))
    faults.add('ADMIN_PASSWORD', 'looks like a placeholder');
  const { METRICS_TOKEN: token } = settings;
  if (token !== undefined && token.length < 16) faults.add('METRICS_TOKEN', 'is shorter than 16 characters');
  if (token !== undefined && isPlaceholder(token)) faults.add('METRICS_TOKEN', 'looks like a placeholder');
  for (const { key } of settings.ENCRYPTION_KEYS ?? []) {
    if (new Set(key).size < 8) faults.add('ENCRYPTION_KEYS', 'has a key that is not random');
  }
}

function isPlaceholder(secret: string): boolean {
  return [placeholderWords, oneCharacter, keyboardOrder].some((pattern) => pattern.test(secret));
}

function isNamed(settings: Settings, appId: string): boolean {
  return !(settings.WECHAT_APPS ?? []).some((app) => app.appId === appId);
}

/** What is allowed, with a word to the operator. */
export function warningsFor(config: Omit<Config, 'warnings'>): string[] {
  const { production, simulator, host, publicUrl, database, wechat, metricsToken } = config;
  const warnings: [boolean, string][] = [
    [
      production && publicUrl.startsWith('http:'),
      'PUBLIC_URL is http: tokens and cookies travel in the clear',
    ],
    [production && database.kind === 'sqlite', 'DATABASE_URL is SQLite: one process only, on one disk'],
    [
      production && wechat.apiUrl.startsWith('http:'),
      'WECHAT_API_URL is http: AppSecrets travel in the clear',
    ],
    [
      production && metricsToken === undefined,
      'METRICS_TOKEN is not set: whoever reaches the port may read /metrics',
    ],
    [
      simulator && !isLoopback(host),
      'SIMULATOR is on and HOST is not loopback: whoever reaches it is anybody',
    ],
  ];
  return warnings.filter(([applies]) => applies).map(([, words]) => words);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
