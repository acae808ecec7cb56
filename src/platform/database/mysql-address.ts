import type { DatabaseConfig } from '../config/config.js';

/**
 * Where the server is and who asks, as mysql2 takes it. With TLS a server that does not speak it, or whose certificate is
 * not for its name, is refused.
 */
export function mysqlAddress({ host, port, user, password, name, tls }: DatabaseConfig & { kind: 'mysql' }) {
  const address = { host, port, user, password, database: name };
  return tls ? { ...address, ssl: { minVersion: 'TLSv1.2' as const, verifyIdentity: true } } : address;
}
