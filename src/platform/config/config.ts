import type { WechatApp } from './wechat-app.js';

/** A limit: at most `count` in any `windowMs` milliseconds. */
export interface Limit {
  count: number;
  windowMs: number;
}

export type DatabaseAddress =
  | { kind: 'sqlite'; file: string }
  | { kind: 'mysql'; host: string; port: number; user: string; password: string; name: string };

/** `tls`: whether MySQL is spoken to by TLS alone. */
export type DatabaseConfig = DatabaseAddress & { tls: boolean; poolSize: number; migrate: boolean };

export type RedisConfig =
  | { kind: 'standalone'; url: string }
  | {
      kind: 'sentinel';
      sentinels: { host: string; port: number }[];
      master: string;
      username?: string;
      password?: string;
      db: number;
    };

export const apiScopes = ['introspect', 'revoke', 'admin'] as const;
export type ApiScope = (typeof apiScopes)[number];

/** A machine that calls us with a secret of its own. */
export interface ApiClient {
  id: string;
  secret: string;
  scopes: ApiScope[];
}

export const deviceTypes = ['mobile', 'web', 'desktop', 'mini-program', 'other'] as const;
export type DeviceType = (typeof deviceTypes)[number];

/** A key that seals columns: AES-256, 32 bytes. */
export interface EncryptionKey {
  id: string;
  key: Buffer;
}

/** Everything the service was told, parsed and converted once at boot. Durations are milliseconds. */
export class Config {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** The outside address, without a slash at its end. */
  readonly publicUrl: string;
  readonly replicas: number;
  readonly simulator: boolean;
  readonly docs: boolean;
  /** A secret. */
  readonly metricsToken: string | undefined;
  readonly corsOrigins: string[];
  /** Exact origins a login may return to, beside the own one. */
  readonly returnToOrigins: string[];
  readonly apiLimit: Limit;
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: string[];
  readonly database: DatabaseConfig;
  /** Absent: the key-value store lives in memory. */
  readonly redis: RedisConfig | undefined;
  /** First seals, all open. Empty: the development key file is used. */
  readonly encryptionKeys: EncryptionKey[];
  readonly wechat: {
    apps: WechatApp[];
    apiUrl: string;
    openUrl: string;
    mpUrl: string;
    /** Alternates of `apiUrl`. */
    apiFallbackUrls: string[];
    timeoutMs: number;
    /** A secret where it holds a password. */
    proxyUrl: string | undefined;
    appToken: 'stable' | 'plain';
    /** Content by name. */
    verifyFiles: ReadonlyMap<string, string>;
  };
  readonly scan: {
    ttlMs: number;
    beganByAddress: Limit;
    matchCode: 'off' | 'required';
    officialAccount: 'confirm' | 'direct';
    addressMismatch: 'flag' | 'block';
    /** The mini program's page; its home page where absent. */
    page: string | undefined;
    envVersion: 'release' | 'trial' | 'develop';
  };
  /** Whether people make accounts with a password by themselves. */
  readonly registration: boolean;
  /** Who is created at boot if absent. */
  readonly firstAdministrator: { username: string; password: string } | undefined;
  readonly unionMerge: 'auto' | 'refuse';
  readonly jwt: {
    issuer: string;
    audience: string;
    accessTtlMs: number;
    algorithm: 'ES256' | 'RS256';
    typ: 'at+jwt' | 'JWT';
    /** Path of a JWK set with private keys. */
    keysFile: string | undefined;
  };
  readonly session: {
    refreshTtlMs: number;
    maxTtlMs: number;
    refreshGraceMs: number;
    /** How old the login may be that dangerous acts demand. */
    freshMs: number;
    /** Sessions a user may have at once; 0 or absent: any number. */
    limits: Partial<Record<DeviceType, number>>;
  };
  readonly risk: {
    loginsByAddress: Limit;
    failuresByAccount: Limit;
    registrationsByAddress: Limit;
    decryptionsBySession: Limit;
    /** Full windows of failures before an address is blocked. */
    blockAfter: number;
    blockForMs: number;
    replayProtection: 'optional' | 'required';
  };
  readonly apiClients: ApiClient[];
  readonly auditRetentionMs: number;
  readonly log: {
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
    format: 'pretty' | 'json';
  };
  readonly shutdown: { delayMs: number; graceMs: number };
  /** OpenTelemetry's own variables, for its packages to read; absent: nothing is traced. */
  readonly tracing: Readonly<Record<string, string>> | undefined;
  /** What the operator should know but what does not stop the boot. */
  readonly warnings: string[];

  constructor(values: Config) {
    Object.assign(this, values);
  }
}
