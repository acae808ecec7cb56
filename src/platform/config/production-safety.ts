import type { DatabaseConfig } from './config.js';
import type { Faults } from './config-error.js';
import type { Settings } from './variables.js';
import { appVariables, type WechatApp } from './wechat-app.js';

const placeholderWords =
  /change[-_ ]?me|placeholder|example|your[-_ ]?(app)?[-_ ]?secret|^(secret|password|test|x{3,})/i;
const oneCharacter = /^(.)\1*$/;

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
  for (const { key } of settings.ENCRYPTION_KEYS ?? []) {
    if (new Set(key).size < 8) faults.add('ENCRYPTION_KEYS', 'has a key that is not random');
  }
}

function isPlaceholder(secret: string): boolean {
  return placeholderWords.test(secret) || oneCharacter.test(secret);
}

function isNamed(settings: Settings, appId: string): boolean {
  return !(settings.WECHAT_APPS ?? []).some((app) => app.appId === appId);
}

/** What production allows, with a word to the operator. */
export function productionWarnings(publicUrl: string, database: DatabaseConfig): string[] {
  return [
    ...(publicUrl.startsWith('http:') ? ['PUBLIC_URL is http: tokens and cookies travel in the clear'] : []),
    ...(database.kind === 'sqlite' ? ['DATABASE_URL is SQLite: one process only, on one disk'] : []),
  ];
}
