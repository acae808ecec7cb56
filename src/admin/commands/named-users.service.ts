import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { AppError } from '../../platform/errors/app-error.js';
import { Passwords } from '../../users/passwords.service.js';
import { UserSearch } from '../../users/user-search.js';
import type { UserView } from '../../users/user.view.js';
import { Users } from '../../users/users.service.js';
import { Refusal } from './refusal.js';

const byUsername = 'username:';
const byOpenid = 'openid:';

/** Whom the words of a command mean: one user, or nobody. A beginning of a name never will do. */
@Injectable()
export class NamedUsers {
  constructor(
    private readonly users: Users,
    private readonly passwords: Passwords,
    private readonly search: UserSearch,
  ) {}

  /** @throws Refusal not_found, several_users */
  async find(name: string): Promise<UserView> {
    const [id, another] = await this.idsOf(name);
    if (id === undefined) throw nobody();
    if (another !== undefined) throw several();
    return this.users.get(id).catch((error: unknown) => {
      throw error instanceof AppError && error.error === 'not_found' ? nobody() : error;
    });
  }

  private async idsOf(name: string): Promise<string[]> {
    if (name.startsWith(byOpenid)) return this.search.idsOfWechat(name.slice(byOpenid.length));
    if (name.startsWith(byUsername)) {
      const owner = await this.passwords.ownerOf(name.slice(byUsername.length));
      return owner === undefined ? [] : [owner];
    }
    return isUuid(name) ? [name.toLowerCase()] : [];
  }
}

/** Without what was asked for, which may be the openid of somebody who is to be forgotten. */
function nobody(): Refusal {
  return new Refusal('not_found', {
    zh: '没有这个用户：请写 id、username:<用户名> 或 openid:<openid 或 unionid>',
    en: 'there is no such user: give an id, username:<name> or openid:<openid or unionid>',
  });
}

function several(): Refusal {
  return new Refusal('several_users', {
    zh: '这个 openid 属于多个用户：请写 id',
    en: 'several users have this openid: give an id',
  });
}
