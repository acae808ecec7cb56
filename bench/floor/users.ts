import { v7 as newId } from 'uuid';
import { toUserView, type UserView } from '../../src/users/user.view.js';
import type { Run, Wires } from './wires.js';

const userColumns = `id, role, status, username, nickname, avatar_url AS avatarUrl, email, phone_masked AS phoneMasked,
  gender, country, province, city, language, created_at AS createdAt, last_login_at AS lastLoginAt`;

type UserRow = Parameters<typeof toUserView>[0];

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
    const [row] = await this.wires.run<UserRow[]>(`SELECT ${userColumns} FROM users WHERE id = ? LIMIT 1`, [
      id,
    ]);
    if (!row) throw new Error('no such user');
    return toUserView({ ...row, createdAt: Number(row.createdAt), lastLoginAt: Number(row.lastLoginAt) });
  }

  async admit(id: string): Promise<UserView> {
    const user = await this.get(id);
    const now = Date.now();
    await this.wires.run('UPDATE users SET last_login_at = ? WHERE id = ?', [now, id]);
    return { ...user, lastLoginAt: new Date(now).toISOString() };
  }

  async identify(proof: Proof): Promise<string> {
    const [known] = await this.wires.run<{ user_id: string }[]>(
      'SELECT id, user_id, unionid FROM wechat_identities WHERE app_id = ? AND openid = ? LIMIT 1',
      [proof.appId, proof.openid],
    );
    return known?.user_id ?? this.wires.transaction((run) => create(run, proof));
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
