import { ConfigError } from '../platform/config/config-error.js';
import { environment } from '../platform/config/environment.js';
import type { Environment } from './configuration.js';
import { explainFault } from './configuration-fault.js';
import type { Finding } from './finding.js';

/** The environment of the service; without `.env` where that is there and cannot be read, which is then found. */
export function readableEnvironment(): { env: Environment; findings: Finding[] } {
  try {
    return { env: environment(), findings: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { env: process.env, findings: error.faults.map(explainFault) };
  }
}
