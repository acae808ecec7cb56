import { v7 as newId } from 'uuid';
import { toUserView, type UserRow, type UserView } from '../../src/users/user.view.js';
import type { Run, Wires } from './wires.js';

const userColumns = `u.id AS id, u.role AS role, u.status AS status, u.username AS username, u.nickname AS nickname,
  u.avatar_url AS avatarUrl, u.email AS email, u.phone_masked AS phoneMasked, u.gender AS gender, u.country AS country,
  u.province AS province, u.city AS city, u.language AS language, u.created_at AS createdAt,
  u.last_login_at AS lastLoginAt`;
const selectById = `SELECT ${userColumns} FROM users u WHERE u.id = ?`;
const selectByOpenid = `SELECT i.id AS identityId, i.unionid AS unionid, ${userColumns}
  FROM wechat_identities i JOIN users u ON u.id = i.user_id WHERE i.app_id = ? AND i.openid = ?`;

/** What WeChat has said of a person. */
export interface Proof {
  appId: string;
  openid: string;
  unionid: string;
}

/** The statements of the service's Users and Identities, on the same tables. */
export class FloorUsers {
  constructor(private readonly wires: Wires) {}

  async get(id: string): Promise<UserView> {
    const [row] = await this.wires.run<UserRow[]>(selectById, [id]);
    if (!row) throw new Error('no such user');
    return toUserView(row);
  }

  async admit(user: UserView): Promise<UserView> {
    const now = Date.now();
    await this.wires.run('UPDATE users SET last_login_at = ? WHERE id = ?', [now, user.id]);
    return { ...user, lastLoginAt: new Date(now).toISOString() };
  }

  async identify(proof: Proof): Promise<UserView> {
    const [known] = await this.wires.run<UserRow[]>(selectByOpenid, [proof.appId, proof.openid]);
    if (known) return toUserView(known);
    return this.get(await this.wires.transaction((run) => create(run, proof)));
  }
}

async function create(run: Run, { appId, openid, unionid }: Proof): Promise<string> {
  const [owner] = await run<{ user_id: string }[]>(
    'SELECT unionid, user_id FROM wechat_unions WHERE unionid = ? LIMIT 1',
    [unionid],
  );
  const userId = owner?.user_id ?? newId();
  const now = Date.now();
  if (!owner) {
    await run('INSERT INTO users (id, role, status, created_at, last_login_at) VALUES (?, ?, ?, ?, ?)', [
      userId,
      'user',
      'active',
      now,
      now,
    ]);
    await run('INSERT INTO wechat_unions (unionid, user_id) VALUES (?, ?)', [unionid, userId]);
  }
  await run(
    'INSERT INTO wechat_identities (id, user_id, kind, app_id, openid, unionid, linked_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [newId(), userId, 'mini-program', appId, openid, unionid, now],
  );
  return userId;
}
