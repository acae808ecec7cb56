import type { Config } from '../platform/config/config.js';
import { warningsFor } from '../platform/config/production-safety.js';
import { examineConfiguration, explainWarning } from './configuration.js';

describe('the configuration', () => {
  it('has a condition for every warning of the service', () => {
    const production = {
      production: true,
      publicUrl: 'http://x',
      database: { kind: 'sqlite' },
      host: '0.0.0.0',
    };
    const all = { ...production, simulator: true, wechat: { apiUrl: 'http://x', apps: [] } };
    const warnings = warningsFor(all as unknown as Config);
    expect(warnings.length).toBeGreaterThanOrEqual(5);
    expect(warnings.map((warning) => explainWarning(warning).id)).not.toContain('configuration-warning');
  });

  it('is read as the service reads it', () => {
    const { config, findings } = examineConfiguration({ PORT: '4000' });
    expect(config?.publicUrl).toBe('http://localhost:4000');
    expect(findings.map(({ id, status }) => [id, status])).toEqual([['configuration', 'ok']]);
  });

  it('has each fault named at once', () => {
    const { config, findings } = examineConfiguration({
      NODE_ENV: 'production',
      TRUST_PROXY: '0.0.0.0/0',
      REPLICAS: '2',
    });
    expect(config).toBeUndefined();
    expect(findings.map(({ id }) => id).sort()).toEqual([
      'encryption-keys-missing',
      'replicas-on-sqlite',
      'replicas-without-redis',
      'trust-proxy-too-wide',
    ]);
  });
});
