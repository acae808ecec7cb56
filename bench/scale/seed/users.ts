import { appId } from '../../backends.js';
import type { Seed } from '../load-table.js';
import { address, addresses, userId } from './population.js';
import { oneOf, randomFrom, type Random } from './random.js';

const dayMs = 86_400_000;
const hash = 'h'.repeat(43);

/** Shares of all users. */
const shares = { auditor: 0.0001, username: 0.2, nickname: 0.8 };
const sessionEnded = 0.3;

/** One in ten begins like the first of them. */
const givenNames = ['Anna', 'Bo', '陈晨', 'Dan', 'Emil', 'Fang', '高', 'Hua', '小明😀', 'Jing'];

/** Everybody of a population, with what is theirs; the first one is an administrator. */
export function userSeeds(people: number): Seed[] {
  return [users(people), identities(people), unions(people), sessions(people)];
}

/** What the stand-in for WeChat knows a person by. */
export function personName(person: number): string {
  return `p${String(person).padStart(8, '0')}`;
}

export function openidOf(person: number): string {
  return `openid-${personName(person)}`;
}

export function unionidOf(person: number): string {
  return `unionid-${personName(person)}`;
}

export function emailOf(person: number): string {
  return `${personName(person)}@example.com`;
}

/** Whether this person gave an e-mail, as every tenth did. */
export function hasEmail(person: number): boolean {
  return person % 10 === 0;
}

/** Whether this person may not log in, as every hundredth. */
export function isLocked(person: number): boolean {
  return person % 100 === 99;
}

function users(people: number): Seed {
  const columns = [
    'id',
    'role',
    'status',
    'username',
    'nickname',
    'email',
    'chosen',
    'created_at',
    'last_login_at',
  ];
  return { table: 'users', columns, rows: rowsOf(people, userRow) };
}

function userRow(person: number, random: Random) {
  const given = oneOf(givenNames, random);
  const number = Math.floor(random() * 1e6);
  const username = random() < shares.username ? `${given}_${person}` : null;
  const nickname = random() < shares.nickname ? `${given} ${number}` : null;
  const status = isLocked(person) ? 'locked' : 'active';
  const email = hasEmail(person) ? emailOf(person) : null;
  return [userId(person), roleOf(person, random), status, username, nickname, email, '', 1, 1];
}

function roleOf(person: number, random: Random): string {
  if (person === 0) return 'admin';
  return random() < shares.auditor ? 'auditor' : 'user';
}

function identities(people: number): Seed {
  const columns = ['id', 'user_id', 'kind', 'app_id', 'openid', 'unionid', 'unionid_status', 'linked_at'];
  const rows = rowsOf(people, (person) => {
    const [openid, unionid] = [openidOf(person), unionidOf(person)];
    return [userId(person), userId(person), 'mini-program', appId, openid, unionid, 'present', 1];
  });
  return { table: 'wechat_identities', columns, rows };
}

function unions(people: number): Seed {
  const rows = rowsOf(people, (person) => [unionidOf(person), userId(person)]);
  return { table: 'wechat_unions', columns: ['unionid', 'user_id'], rows };
}

/** One each: most of them stand. */
function sessions(people: number): Seed {
  const columns = [
    'id',
    'user_id',
    'role',
    'client_id',
    'via',
    'device_type',
    'address',
    'family_hash',
    'refresh_hash',
    'rotated_at',
    'created_at',
    'authenticated_at',
    'last_seen_at',
    'expires_at',
    'max_expires_at',
    'ended_at',
    'end_reason',
  ];
  const now = Date.now();
  const rows = rowsOf(people, (person, random) => {
    const startedAt = Math.floor(now - 30 * dayMs * random());
    const isEnded = random() < sessionEnded;
    const whence = [address(Math.floor(random() * addresses)), hash, hash];
    const times = [
      startedAt,
      startedAt,
      startedAt,
      startedAt,
      startedAt + 30 * dayMs,
      startedAt + 180 * dayMs,
    ];
    const end = isEnded ? [startedAt + 1000, 'logged_out'] : [null, null];
    const id = userId(person);
    return [id, id, 'user', appId, 'mini-program', 'mini-program', ...whence, ...times, ...end];
  });
  return { table: 'sessions', columns, rows };
}

function* rowsOf<Row>(people: number, rowOf: (person: number, random: Random) => Row): Generator<Row> {
  const random = randomFrom(7);
  for (let person = 0; person < people; person++) yield rowOf(person, random);
}
