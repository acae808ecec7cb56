import { newEntryId } from '../../../src/audit/audit-entry-id.js';
import type { AuditEvent } from '../../../src/audit/audit-event.js';
import type { Seed } from '../load-table.js';
import { address, addresses, hot, userId } from './population.js';
import { oneOf, randomFrom, skewed, weighted, type Random } from './random.js';

const spanMs = 180 * 86_400_000;
/** With what the attacker adds, 2 % of all acts are blocked. */
const blockedShareOfLogins = 0.02;

/** What the rows are spread over: the time, evenly, in milliseconds since 1970, and people. */
export interface Span {
  from: number;
  to: number;
  people: number;
}

export function spanUntil(to: number, people: number): Span {
  return { from: to - spanMs, to, people };
}

export function auditLogSeed(count: number, span: Span): Seed {
  return {
    table: 'audit_log',
    columns: [
      'id',
      'at',
      'event',
      'user_id',
      'username',
      'address',
      'user_agent',
      'app_id',
      'outcome',
      'blocked',
      'reason',
      'trace_id',
    ],
    rows: rows(count, span),
  };
}

function* rows(count: number, { from, to, people }: Span) {
  const random = randomFrom(1);
  for (let i = 0; i < count; i++) {
    const at = Math.floor(from + ((i + random()) / count) * (to - from));
    const { event, user, username, where, refusal, blocked } = actor(random)(random, people);
    const outcome = refusal ? 'failure' : 'success';
    const [agent, app] = [oneOf(agents, random), oneOf(apps, random)];
    const row = [event, user, username, where, agent, app, outcome, blocked, refusal, traceId(random)];
    yield [newEntryId(at), at, ...row];
  }
}

interface Act {
  event: AuditEvent;
  user: string | null;
  username: string | null;
  where: string | null;
  refusal: string | null;
  blocked: 0 | 1;
}

const actor = weighted<(random: Random, people: number) => Act>([
  [(random, people) => ordinary(address(skewed(addresses, random)), random, people), 93],
  [(random, people) => ordinary(hot.office, random, people), 3],
  [(random, people) => ordinary(hot.carrier, random, people), 2],
  [robot, 1],
  [attacker, 1],
]);

/** In percent, or nearly so. */
const anyEvent = weighted<AuditEvent>([
  ['login', 60],
  ['logout', 18],
  ['session_ended', 16],
  ['identity_created', 4],
  ['client_refused', 1],
  ['refresh_token_reused', 0.5],
  ['address_blocked', 0.1],
  ['unionid_conflict', 0.001],
  ['signing_key_rotated', 0.0002],
  ['signing_key_removed', 0.0002],
]);

const agents = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x18003231) NetType/WIFI Language/zh_CN',
  'Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.6261.120 Mobile Safari/537.36 MicroMessenger/8.0.49.2600',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
];
const apps = ['wx0123456789abcdef', 'wxfedcba9876543210', 'wx00112233445566aa'];

function ordinary(where: string, random: Random, people: number): Act {
  const what = anyEvent(random);
  // Whoever is refused by a limit is not known yet.
  if (what === 'login' && random() < blockedShareOfLogins)
    return { event: what, user: null, username: null, where, refusal: 'too_many_requests', blocked: 1 };
  const isKey = what.startsWith('signing_key');
  return {
    event: what,
    user: isKey ? null : userId(skewed(people, random)),
    username: null,
    where: isKey ? null : where,
    refusal: what === 'client_refused' ? 'unauthenticated' : null,
    blocked: 0,
  };
}

function robot(random: Random): Act {
  const what = random() < 0.5 ? 'login' : 'logout';
  const { userId: user, address: where } = hot.robot;
  return { event: what, user, username: null, where, refusal: null, blocked: 0 };
}

function attacker(random: Random): Act {
  const isBlocked = random() < 0.8;
  const username = `name${Math.floor(random() * 1e6)}`;
  const refusal = isBlocked ? 'blocked' : 'invalid_credentials';
  return {
    event: 'login',
    user: null,
    username,
    where: hot.attacker,
    refusal,
    blocked: isBlocked ? 1 : 0,
  };
}

function traceId(random: Random): string {
  let hex = '';
  while (hex.length < 32)
    hex += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return hex;
}
