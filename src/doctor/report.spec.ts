import { found } from './conditions.js';
import { good } from './finding.js';
import { reportOf, textOf } from './report.js';

const evil = 'a\u001b[2J\nok    all is well\u009b31m\u202e\u2028b\u007f';
const shown = 'a\\u001b[2J\\u000aok    all is well\\u009b31m\\u202e\\u2028b\\u007f';
const findings = [
  found('public-url-not-ready', { down: evil }),
  found('secret-file-open', { variable: 'METRICS_TOKEN_FILE', file: evil, mode: '644' }),
  good('public-url', { zh: evil, en: evil }),
];

describe('a report', () => {
  it.each(['zh', 'en'] as const)(
    'shows what others said without letting it steer a terminal: %s',
    (language) => {
      const text = textOf(findings, language);
      expect(text).toContain(shown);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(text.match(/^ok {4}all is well/gm)).toBeNull();
    },
  );

  it('does so in JSON, too', () => {
    const { checks } = reportOf(findings, 'en');
    expect(checks.map(({ title, cause }) => title.includes(shown) || cause?.includes(shown))).toEqual([
      true,
      true,
      true,
    ]);
    expect(JSON.stringify(checks)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});
