import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

function faultsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ variable }) => variable);
    throw error;
  }
  return [];
}

describe('the settings of scans', () => {
  it('have defaults', () => {
    expect(loadConfig({}).scan).toEqual({
      ttlMs: 120_000,
      beganByAddress: { count: 60, windowMs: 60_000 },
      matchCode: 'off',
      officialAccount: 'confirm',
      addressMismatch: 'flag',
      page: undefined,
      envVersion: 'release',
    });
  });

  it('are read from the environment', () => {
    const env = {
      SCAN_TTL: '90s',
      SCAN_LIMIT: '5/1h',
      SCAN_MATCH_CODE: 'required',
      SCAN_OFFICIAL_ACCOUNT: 'direct',
      SCAN_ADDRESS_MISMATCH: 'block',
      WECHAT_SCAN_PAGE: 'pages/login/index',
      WECHAT_SCAN_ENV: 'trial',
    };
    expect(loadConfig(env).scan).toEqual({
      ttlMs: 90_000,
      beganByAddress: { count: 5, windowMs: 3_600_000 },
      matchCode: 'required',
      officialAccount: 'direct',
      addressMismatch: 'block',
      page: 'pages/login/index',
      envVersion: 'trial',
    });
  });

  it('are refused where they mean nothing', () => {
    const wrong: Record<string, string> = {
      SCAN_TTL: '31m',
      SCAN_LIMIT: '60',
      SCAN_MATCH_CODE: 'on',
      SCAN_OFFICIAL_ACCOUNT: 'yes',
      SCAN_ADDRESS_MISMATCH: 'refuse',
      WECHAT_SCAN_PAGE: '/pages/login/index',
      WECHAT_SCAN_ENV: 'beta',
    };
    expect(faultsOf(wrong).sort()).toEqual(Object.keys(wrong).sort());
    for (const page of ['pages/login?x=1', 'pages login']) {
      expect(faultsOf({ WECHAT_SCAN_PAGE: page })).toEqual(['WECHAT_SCAN_PAGE']);
    }
  });
});
