import { v7 as newId } from 'uuid';
import {
  familyHash,
  formatRefreshToken,
  newRefreshToken,
  newRotationSalt,
  parseRefreshToken,
  refreshHash,
  successorOf,
} from '../../src/session/refresh-token.js';
import type { Wires } from './wires.js';

const day = 24 * 60 * 60 * 1000;
const refreshTtlMs = 30 * day;
const maxTtlMs = 180 * day;
const stateMaxAgeMs = 500;

const rotatedColumns = `id, user_id, role, client_id, via, device_id, device_type, device_name, address, user_agent,
  family_hash, refresh_hash, previous_hash, rotation_salt, rotated_at, created_at, last_seen_at, expires_at,
  max_expires_at, ended_at, end_reason`;
const openedColumns = [
  ...['id', 'user_id', 'role', 'client_id', 'via', 'device_id', 'device_type', 'device_name', 'address'],
  ...['user_agent', 'family_hash', 'refresh_hash', 'rotated_at', 'created_at', 'last_seen_at', 'expires_at'],
  'max_expires_at',
];
const insert = `INSERT INTO sessions (${openedColumns.join()}) VALUES (${openedColumns.map(() => '?').join()})`;

export interface SessionRow {
  id: string;
  user_id: string;
  role: string;
  client_id: string;
  refresh_hash: string;
  family_hash: string;
  expires_at: string;
  max_expires_at: string;
  end_reason: string | null;
}

export interface OpenSession {
  id: string;
  userId: string;
  role: string;
  clientId: string;
  refreshToken: string;
}

interface Remembered {
  askedAt: number;
  answer: Promise<SessionRow | undefined>;
}

/** The statements of the service's Sessions, on the same table and as fresh. */
export class FloorSessions {
  private readonly states = new Map<string, Remembered>();

  constructor(private readonly wires: Wires) {}

  async require(id: string): Promise<SessionRow> {
    const state = await this.state(id);
    if (!state || state.end_reason !== null || Number(state.expires_at) <= Date.now())
      throw new Error('session ended');
    return state;
  }

  async open(userId: string, role: string, clientId: string, userAgent: string): Promise<OpenSession> {
    const now = Date.now();
    const id = newId();
    const token = newRefreshToken(id);
    await this.wires.run(insert, [
      ...[id, userId, role, clientId, 'mini-program', null, 'mini-program', null, '127.0.0.1', userAgent],
      ...[familyHash(token), refreshHash(token), now, now, now, now + refreshTtlMs, now + maxTtlMs],
    ]);
    return { id, userId, role, clientId, refreshToken: formatRefreshToken(token) };
  }

  async rotate(text: string): Promise<OpenSession> {
    const token = parseRefreshToken(text);
    if (!token) throw new Error('malformed refresh token');
    const [row] = await this.wires.run<SessionRow[]>(
      `SELECT ${rotatedColumns} FROM sessions WHERE id = ? LIMIT 1`,
      [token.sessionId],
    );
    if (!row || row.family_hash !== familyHash(token) || row.end_reason !== null)
      throw new Error('invalid refresh token');
    const now = Date.now();
    const salt = newRotationSalt();
    const successor = successorOf(token, salt);
    const used = refreshHash(token);
    const { affectedRows } = await this.wires.run<{ affectedRows: number }>(
      `UPDATE sessions SET refresh_hash = ?, previous_hash = ?, rotation_salt = ?, rotated_at = ?, last_seen_at = ?,
        expires_at = ? WHERE id = ? AND refresh_hash = ? AND ended_at IS NULL AND expires_at > ?`,
      [
        ...[refreshHash(successor), used, salt, now, now],
        ...[Math.min(now + refreshTtlMs, Number(row.max_expires_at)), row.id, used, now],
      ],
    );
    if (affectedRows !== 1) throw new Error('refresh token used before');
    return {
      id: row.id,
      userId: row.user_id,
      role: row.role,
      clientId: row.client_id,
      refreshToken: formatRefreshToken(successor),
    };
  }

  private state(id: string): Promise<SessionRow | undefined> {
    const now = performance.now();
    const known = this.states.get(id);
    if (known && now - known.askedAt < stateMaxAgeMs) return known.answer;
    const answer = this.wires
      .run<SessionRow[]>(
        'SELECT user_id, role, expires_at, end_reason, last_seen_at, family_hash FROM sessions WHERE id = ?',
        [id],
      )
      .then(([row]) => row);
    this.states.set(id, { askedAt: now, answer });
    return answer;
  }
}
