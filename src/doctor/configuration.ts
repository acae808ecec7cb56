import { isIP } from 'node:net';
import { ConfigError } from '../platform/config/config-error.js';
import type { Config } from '../platform/config/config.js';
import { loadConfig } from '../platform/config/load-config.js';
import { found, type ConditionName } from './conditions.js';
import { explainFault } from './configuration-fault.js';
import { good, type Finding } from './finding.js';
import { nameOf } from './wechat-app-name.js';

export type Environment = Record<string, string | undefined>;

export interface ReadConfiguration {
  /** Absent where it has faults. */
  config?: Config;
  findings: Finding[];
}

/** What the service would say to this environment, and what it would take but should not. */
export function examineConfiguration(env: Environment): ReadConfiguration {
  try {
    const config = loadConfig(env);
    const doubts = [...config.warnings.map(explainWarning), ...doubtsOf(config)];
    return { config, findings: doubts.length > 0 ? doubts : [fine] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { findings: error.faults.map(explainFault) };
  }
}

const fine = good('configuration', { zh: '配置可以读取，没有疑点', en: 'The configuration is good' });

/** How the service's own warnings begin. */
const warnings: [string, ConditionName][] = [
  ['PUBLIC_URL is http', 'public-url-http'],
  ['DATABASE_URL is SQLite', 'production-on-sqlite'],
  ['WECHAT_API_URL is http', 'wechat-api-http'],
  ['SIMULATOR is on', 'simulator-exposed'],
  ['METRICS_TOKEN is not set', 'metrics-open'],
];

export function explainWarning(warning: string): Finding {
  const known = warnings.find(([beginning]) => warning.startsWith(beginning));
  return found(known?.[1] ?? 'configuration-warning', { warning });
}

/** What the service does not object to. */
function doubtsOf(config: Config): Finding[] {
  const { production, publicUrl, trustedProxies, simulator, wechat, database, encryptionKeys } = config;
  const isLocal = isLocalHost(new URL(publicUrl).hostname);
  const doubts: [boolean, () => Finding][] = [
    [!production && !isLocal, () => found('not-production')],
    [publicUrl.startsWith('https:') && trustedProxies.length === 0, () => found('trust-proxy-missing')],
    [!simulator && wechat.apps.length === 0, () => found('no-wechat-app')],
    [encryptionKeys.length === 0 && database.kind === 'mysql', () => found('encryption-keys-generated')],
  ];
  return [...doubts.filter(([applies]) => applies).map(([, finding]) => finding()), ...appDoubtsOf(config)];
}

function appDoubtsOf({ wechat: { apps } }: Config): Finding[] {
  const secrets = [...new Set(apps.map(({ appSecret }) => appSecret))];
  const sharing = secrets
    .map((secret) => apps.filter(({ appSecret }) => appSecret === secret))
    .filter((group) => group.length > 1);
  const tokenless = apps.filter(({ encodingAesKey, pushToken }) => encodingAesKey && !pushToken);
  return [
    ...sharing.map((group) => found('same-app-secret', { apps: group.map(nameOf).join(', ') })),
    ...tokenless.map((app) => found('push-token-missing', { app: nameOf(app) })),
  ];
}

/** A host that only this machine, or a network without names, can mean. */
export function isLocalHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0) return host === '::1' || host.startsWith('127.');
  return host === 'localhost' || host.endsWith('.localhost');
}
