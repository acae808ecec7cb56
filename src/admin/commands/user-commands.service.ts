import { Injectable } from '@nestjs/common';
import { byCommand } from '../../audit/act.js';
import { LateUsernames } from '../../audit/late-usernames.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import { SessionEnds } from '../../session/session-ends.service.js';
import { Erasure } from '../../users/erasure.service.js';
import { Merges } from '../../users/merges.service.js';
import type { StandingChange } from '../../users/standing.service.js';
import { UserSearch } from '../../users/user-search.js';
import type { UserView } from '../../users/user.view.js';
import { UserStanding } from '../user-standing.service.js';
import type { Told } from './command-line.js';
import { requireConfirmable, requireWord, type Asker } from './confirmation.js';
import { NamedUsers } from './named-users.service.js';
import { table, type Outcome } from './outcome.js';
import { Refusal } from './refusal.js';
import { textTable } from './text-table.js';

const columns = ['id', 'role', 'status', 'lastLoginAt', 'username', 'nickname', 'email', 'phone'] as const;

/** What operators do to users from the shell. */
@Injectable()
export class UserCommands {
  constructor(
    private readonly named: NamedUsers,
    private readonly search: UserSearch,
    private readonly standing: UserStanding,
    private readonly merges: Merges,
    private readonly erasure: Erasure,
    private readonly lateUsernames: LateUsernames,
    private readonly ends: SessionEnds,
  ) {}

  async find(told: Told<'users find'>): Promise<Outcome> {
    const page = await this.search.list(told);
    return table(page, textTable(page.items, columns, page.nextCursor));
  }

  async change(name: string, wanted: StandingChange): Promise<Outcome> {
    const { id } = await this.named.find(name);
    return shown(await this.standing.change(id, wanted, byCommand));
  }

  async merge({ user, other, yes }: Told<'users merge'>, asker: Asker): Promise<Outcome> {
    requireConfirmable(yes, asker);
    const [one, another] = [await this.named.find(user), await this.named.find(other)];
    if (!yes) await confirmMerge([one, another], asker);
    const survivorId = await this.unite(one.id, another.id);
    const mergedId = survivorId === one.id ? another.id : one.id;
    return {
      data: { survivorId, mergedId },
      words: {
        zh: `用户 ${mergedId} 已并入 ${survivorId}`,
        en: `user ${mergedId} is part of ${survivorId} now`,
      },
    };
  }

  async erase({ user, yes }: Told<'users erase'>, asker: Asker): Promise<Outcome> {
    requireConfirmable(yes, asker);
    const found = await this.named.find(user);
    if (!yes) await confirmErasure(found, asker);
    const { id } = found;
    const ending = this.ends.endingAllOf('user_erased', {});
    await this.erasure.erase(id, ending, byCommand);
    await ending.announce();
    await this.lateUsernames.forgetAll();
    return { data: { erased: id }, words: { zh: `用户 ${id} 已删除`, en: `user ${id} is erased` } };
  }

  private async unite(id: string, otherId: string): Promise<string> {
    const ending = this.ends.endingAllOf('merged', {});
    const merged = this.merges.mergeByHand(id, otherId, ending.within, byCommand);
    const survivorId = await merged.catch((error: unknown) => {
      throw error instanceof AppError ? (refusalOf[error.error] ?? error) : error;
    });
    await ending.announce();
    return survivorId;
  }
}

/** In words for who merges, where the catalogue has them for who logs in. */
const refusalOf: Partial<Record<AppError['error'], Refusal>> = {
  conflict: new Refusal('conflict', {
    zh: '两次写的是同一个用户',
    en: 'both are the same user',
  }),
  identity_conflict: new Refusal('identity_conflict', {
    zh: '管理员、审计员不能合并，两个都有密码的用户也不能合并',
    en: 'administrators and auditors are never merged, nor are two users who both have passwords',
  }),
};

function confirmMerge(users: UserView[], asker: Asker): Promise<void> {
  const who = textTable(users, columns);
  const question = {
    zh: `${who}\n这两个用户将合为较早的那一个。请输入 merge 确认：`,
    en: `${who}\nThese two become the older one of them. Type merge to go on: `,
  };
  return requireWord('merge', question, asker);
}

function confirmErasure(user: UserView, asker: Asker): Promise<void> {
  const who = textTable([user], columns);
  const question = {
    zh: `${who}\n此人将被删除，无法恢复。请输入 erase 确认：`,
    en: `${who}\nThis person will be erased, and nobody can take it back. Type erase to go on: `,
  };
  return requireWord('erase', question, asker);
}

function shown(user: UserView): Outcome {
  return table(user, textTable([user], columns));
}
