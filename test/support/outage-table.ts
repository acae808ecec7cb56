import type { Attempt } from './login-attempts.js';
import type { WechatOutage } from './wechat-outage.js';

const columns = [
  'fault',
  'logins answered',
  'worst, ms',
  'late ones, ms',
  'worst late one, ms',
  'recovered after, ms',
  '/users/me good of',
  'p99, ms',
  'worst, ms',
  'refreshes good of',
];

/** What all outages showed, to be read side by side; in Markdown. */
export function outageTable(outages: readonly WechatOutage[]): string {
  const lines = [columns, columns.map(() => '---'), ...outages.map(rowOf)];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function rowOf({ fault, alone, crowded, late, recoveryMs, life: { me, refresh } }: WechatOutage): string[] {
  return [
    fault.name,
    [...new Set([...alone, ...crowded, ...late].map(wordsOf))].join(', '),
    worstOf([...alone, ...crowded, ...late]).toFixed(0),
    medianOf(late).toFixed(0),
    worstOf(late).toFixed(0),
    recoveryMs.toFixed(0),
    `${me.count - me.failures.length} of ${me.count}`,
    me.quantileMs(0.99).toFixed(0),
    me.quantileMs(1).toFixed(0),
    `${refresh.count - refresh.failures.length} of ${refresh.count}`,
  ];
}

/** How an attempt came out, such as `503 wechat_unavailable`. */
export function wordsOf({ answer: { status, error } }: Pick<Attempt, 'answer'>): string {
  return [status, error].filter(Boolean).join(' ');
}

/** In milliseconds, as the next. */
export function medianOf(attempts: readonly Attempt[]): number {
  const sorted = attempts.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

export function worstOf(attempts: readonly Attempt[]): number {
  return Math.max(...attempts.map(({ ms }) => ms));
}
