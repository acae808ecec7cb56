import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { selectList } from '../platform/database/select-list.js';
import { engineOf, type Statement } from '../platform/database/statement.js';
import { idOfCursor, pageOf, type Page } from '../platform/http/page.js';
import { fromNameCursor, toNameCursor } from './name-cursor.js';
import { UserEntity } from './user.entity.js';
import { UserListStatements, type NamedPlace, type UserFilter } from './user-list-statements.js';
import { toUserView, type UserRow, type UserView } from './user.view.js';

export interface UserListRequest extends UserFilter {
  /** What a person is looked for by. */
  q?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

type NamedRow = UserRow & { matchedName: string };

const longestName = 64;
const longestEmail = 254;
const idOfWechat = /^[\w-]{1,64}$/;
const nobody: Page<UserView> = { items: [], nextCursor: null };

/** Finds people for operators. */
@Injectable()
export class UserSearch {
  private readonly statements: UserListStatements;

  constructor(private readonly dataSource: DataSource) {
    this.statements = new UserListStatements(engineOf(dataSource), selectList(dataSource, UserEntity, 'u'));
  }

  /**
   * One page of users, newest first. With `q`, those who have it as their id, openid or unionid, or as their e-mail in
   * whatever case; where nobody has, those whose username or nickname begins like it in whatever case, by that name.
   * @throws AppError invalid_request where the cursor is none of ours
   */
  async list({ q = '', role, status, cursor, limit }: UserListRequest): Promise<Page<UserView>> {
    const sought = q.trim().normalize('NFC');
    const filter = { role, status };
    const place = sought === '' || cursor === undefined ? undefined : fromNameCursor(cursor);
    if (place) return this.byName(sought, filter, place, limit);
    const before = cursor === undefined ? undefined : idOfCursor(cursor);
    if (sought === '') return this.newest(this.statements.all(filter, before, limit + 1), limit);
    const exact = await this.exactly(sought, filter, before, limit);
    if (exact.items.length > 0 || before !== undefined) return exact;
    return this.byName(sought, filter, undefined, limit);
  }

  private async exactly(
    sought: string,
    filter: UserFilter,
    before: string | undefined,
    limit: number,
  ): Promise<Page<UserView>> {
    const rows = limit + 1;
    if (mayBeEmail(sought)) return this.newest(this.statements.byEmail(sought, filter, before, rows), limit);
    const ids = await this.idsOf(sought);
    if (ids.length === 0) return nobody;
    return this.newest(this.statements.byIds(ids, filter, before, rows), limit);
  }

  /** Of whoever has it as an id, of ours or of WeChat. */
  private async idsOf(sought: string): Promise<string[]> {
    return isUuid(sought) ? [sought.toLowerCase()] : this.idsOfWechat(sought);
  }

  /** Of whoever WeChat knows by this openid or unionid; as many as there are apps, at most. */
  async idsOfWechat(sought: string): Promise<string[]> {
    if (!idOfWechat.test(sought)) return [];
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT user_id AS id FROM wechat_identities WHERE openid = ?
       UNION SELECT user_id AS id FROM wechat_unions WHERE unionid = ?`,
      [sought, sought],
    );
    return rows.map(({ id }) => id);
  }

  private async newest({ sql, parameters }: Statement, limit: number): Promise<Page<UserView>> {
    return pageOf(await this.dataSource.query<UserRow[]>(sql, parameters), limit, toUserView);
  }

  private async byName(
    sought: string,
    filter: UserFilter,
    after: NamedPlace | undefined,
    limit: number,
  ): Promise<Page<UserView>> {
    if (!mayBeName(sought)) return nobody;
    const { sql, parameters } = this.statements.byName(sought, filter, after, limit + 1);
    const rows = await this.dataSource.query<NamedRow[]>(sql, parameters);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1)! : undefined;
    return {
      items: shown.map(toUserView),
      nextCursor: last ? toNameCursor({ name: last.matchedName, id: last.id }) : null,
    };
  }
}

function mayBeEmail(sought: string): boolean {
  return sought.includes('@') && sought.length <= longestEmail && !sought.includes('\0');
}

/** Not every database takes a zero. */
function mayBeName(sought: string): boolean {
  return Array.from(sought).length <= longestName && !sought.includes('\0');
}
