import type { Outage } from './outage.js';
import type { Tally } from './requests.js';

const countColumns = ['requests', 'good', '503', 'refused', 'other 5xx', 'no answer', 'worst, ms'];
const columns = [
  'fault',
  ...countColumns,
  'not ready, ms',
  'ready, ms',
  'first login, ms',
  'lost',
  'duplicated',
  'forked',
  'revived',
  'forgotten',
];

/** What all faults showed, to be read side by side, and what became of each kind of request; in Markdown. */
export function faultTable(outages: readonly Outage[]): string {
  const kinds = [...new Set(outages.flatMap(({ requests }) => requests.kinds))];
  return [
    table(columns, outages.map(rowOf)),
    table(
      ['request', ...countColumns],
      kinds.map((kind) => [kind, ...countsOf(sumOf(outages.map(({ requests }) => requests.tally(kind))))]),
    ),
  ].join('\n');
}

function rowOf({ fault, requests, notReadyMs, readyMs, firstLoginMs, damage }: Outage): unknown[] {
  const { lost, duplicated, forked, revived, forgotten } = damage;
  return [
    fault,
    ...countsOf(requests.tally()),
    ...[notReadyMs, readyMs, firstLoginMs].map(rounded),
    ...[lost, duplicated, forked, revived, forgotten].map(({ length }) => length),
  ];
}

function countsOf(tally: Tally): unknown[] {
  const { requests, good, unavailable, refused, otherErrors, unanswered, worstMs } = tally;
  return [requests, good, unavailable, refused, otherErrors, unanswered, rounded(worstMs)];
}

function sumOf(tallies: Tally[]): Tally {
  return tallies.reduce((sum, tally) => ({
    requests: sum.requests + tally.requests,
    good: sum.good + tally.good,
    unavailable: sum.unavailable + tally.unavailable,
    refused: sum.refused + tally.refused,
    otherErrors: sum.otherErrors + tally.otherErrors,
    unanswered: sum.unanswered + tally.unanswered,
    worstMs: Math.max(sum.worstMs, tally.worstMs),
  }));
}

function table(header: string[], rows: unknown[][]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function rounded(ms: number): string {
  return Number.isNaN(ms) ? '-' : ms.toFixed(0);
}
