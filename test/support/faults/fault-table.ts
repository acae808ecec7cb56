import type { Outage } from './outage.js';

const columns = [
  'fault',
  'requests',
  'good',
  '503',
  'other 5xx',
  'no answer',
  'worst, ms',
  'not ready, ms',
  'ready, ms',
  'first login, ms',
  'lost',
  'duplicated',
  'forked',
  'revived',
];

/** What all faults showed, to be read side by side; in Markdown. */
export function faultTable(outages: readonly Outage[]): string {
  const lines = [columns, columns.map(() => '---'), ...outages.map(rowOf)];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function rowOf({ fault, requests, notReadyMs, readyMs, firstLoginMs, damage }: Outage): unknown[] {
  const { requests: count, good, unavailable, otherErrors, unanswered, worstMs } = requests.tally();
  return [
    fault,
    ...[count, good, unavailable, otherErrors, unanswered],
    ...[worstMs, notReadyMs, readyMs, firstLoginMs].map(rounded),
    ...[damage.lost, damage.duplicated, damage.forked, damage.revived].map(({ length }) => length),
  ];
}

function rounded(ms: number): string {
  return Number.isNaN(ms) ? '-' : ms.toFixed(0);
}
