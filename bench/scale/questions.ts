import { firstIdAt } from '../../src/audit/audit-entry-id.js';
import type { AuditFilter } from '../../src/audit/audit-log-page.js';
import { toCursor } from '../../src/platform/http/cursor.js';
import type { Span } from './seed/audit-log.js';
import { address, addresses, hot, userId } from './seed/population.js';
import type { Random } from './seed/random.js';

export interface Asked {
  filter: AuditFilter;
  cursor?: string;
}

/** One combination of filters, with other values at each call where there are any. */
export interface Question {
  name: string;
  ask(random: Random, span: Span): Asked;
}

const dayMs = 86_400_000;
const same = (name: string, filter: AuditFilter): Question => ({ name, ask: () => ({ filter }) });
const drawn = (name: string, draw: (random: Random, span: Span) => AuditFilter): Question => ({
  name,
  ask: (random, span) => ({ filter: draw(random, span) }),
});
const windowed = (
  name: string,
  days: number,
  draw: (random: Random, span: Span) => AuditFilter,
): Question => ({
  name,
  ask: (random, span) => ({ filter: { ...draw(random, span), ...window(days, random, span) } }),
});
const deep = (name: string, filter: AuditFilter): Question => ({
  name,
  ask: (random, span) => ({ filter, cursor: toCursor(firstIdAt(momentIn(span, random))) }),
});

export const questions: Question[] = [
  same('none', {}),
  deep('none, deep cursor', {}),
  windowed('from/to of a day', 1, () => ({})),

  drawn('userId', (random, span) => ({ userId: somebody(random, span) })),
  same('userId hot', { userId: hot.robot.userId }),
  same('userId hot + event it never did', { userId: hot.robot.userId, event: 'refresh_token_reused' }),
  same('userId hot + blocked', { userId: hot.robot.userId, blocked: true }),
  same('userId hot + another address', { userId: hot.robot.userId, address: hot.office }),
  windowed('userId + event + from/to of 30 days', 30, (random, span) => ({
    userId: somebody(random, span),
    event: 'login',
  })),

  drawn('address cold', (random) => ({ address: somewhere(random) })),
  drawn('address cold + event', (random) => ({ address: somewhere(random), event: 'login' })),
  same('address hot', { address: hot.office }),
  deep('address hot, deep cursor', { address: hot.office }),
  same('address hot + event common', { address: hot.office, event: 'login' }),
  same('address hot + event rare', { address: hot.office, event: 'address_blocked' }),
  same('address hot + event never there', { address: hot.attacker, event: 'logout' }),
  same('address hot + blocked', { address: hot.office, blocked: true }),
  same('address hot + blocked, none there', { address: hot.robot.address, blocked: true }),
  same('address hot + event + blocked, none there', {
    address: hot.robot.address,
    event: 'login',
    blocked: true,
  }),

  same('event common', { event: 'login' }),
  deep('event common, deep cursor', { event: 'login' }),
  same('event rare', { event: 'unionid_conflict' }),
  same('event never', { event: 'never' }),
  windowed('event rare + from/to of 30 days', 30, () => ({ event: 'unionid_conflict' })),

  same('blocked', { blocked: true }),
  same('not blocked', { blocked: false }),
  deep('blocked, deep cursor', { blocked: true }),
  same('event common + blocked', { event: 'login', blocked: true }),
  deep('event common + blocked, deep cursor', { event: 'login', blocked: true }),
  same('event common + not blocked', { event: 'login', blocked: false }),
  same('event common + blocked, none such', { event: 'logout', blocked: true }),
  same('event rare + blocked, none such', { event: 'unionid_conflict', blocked: true }),
];

function somebody(random: Random, { people }: Span): string {
  return userId(Math.floor(random() * people));
}

function somewhere(random: Random): string {
  return address(Math.floor(random() * addresses));
}

function momentIn({ from, to }: Span, random: Random): number {
  return Math.floor(from + random() * (to - from));
}

function window(days: number, random: Random, { from, to }: Span): Pick<AuditFilter, 'from' | 'to'> {
  const start = Math.floor(from + random() * (to - days * dayMs - from));
  return { from: start, to: start + days * dayMs };
}
