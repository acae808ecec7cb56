import type { ConfigFault } from '../platform/config/config-error.js';
import { found, type ConditionName } from './conditions.js';
import type { Finding } from './finding.js';

interface Pattern {
  variable?: RegExp;
  problem: RegExp;
  condition: ConditionName;
}

/** Which condition a fault of the configuration is; the first that fits counts. */
const patterns: Pattern[] = [
  { problem: /cannot be read from the file|is empty in the file/, condition: 'secret-file-unreadable' },
  { problem: /half configured/, condition: 'app-half-configured' },
  { problem: /wx and 16 characters/, condition: 'app-id-malformed' },
  { problem: /WeChat gives 32/, condition: 'app-secret-malformed' },
  { problem: /3 to 32 letters/, condition: 'push-token-malformed' },
  { problem: /43 characters/, condition: 'aes-key-malformed' },
  { problem: /placeholder|shorter than \d+ characters/, condition: 'secret-weak' },
  { variable: /^ENCRYPTION_KEYS$/, problem: /required/, condition: 'encryption-keys-missing' },
  { variable: /^ENCRYPTION_KEYS$/, problem: /not random/, condition: 'encryption-keys-weak' },
  { variable: /^ENCRYPTION_KEYS$/, problem: /./, condition: 'encryption-keys-malformed' },
  { variable: /^DATABASE_URL$/, problem: /REPLICAS/, condition: 'replicas-on-sqlite' },
  { variable: /^REDIS_URL$/, problem: /REPLICAS/, condition: 'replicas-without-redis' },
  { variable: /^TRUST_PROXY$/, problem: /too much of the internet/, condition: 'trust-proxy-too-wide' },
  { variable: /^SIMULATOR$/, problem: /production/, condition: 'simulator-in-production' },
];

/** A fault, which stops the start, as a condition with cause and remedy. */
export function explainFault({ variable, problem, example }: ConfigFault): Finding {
  const pattern = patterns.find((one) => (one.variable?.test(variable) ?? true) && one.problem.test(problem));
  return found(pattern?.condition ?? 'configuration-fault', { variable, problem, example });
}
