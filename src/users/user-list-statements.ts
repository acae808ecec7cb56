import {
  allOf,
  firstOf,
  useIndex,
  type Condition,
  type Engine,
  type Statement,
} from '../platform/database/statement.js';
import { roles, type Role } from './user.entity.js';
import type { UserView } from './user.view.js';

type Status = UserView['status'];

/** Which users are wanted; all that is given must hold. Who was erased or became another is never wanted. */
export interface UserFilter {
  role?: Role | undefined;
  status?: Status | undefined;
}

/** What a page comes after, in the order of names. */
export interface NamedPlace {
  name: string;
  id: string;
}

/** One role and one status: what every index has side by side, so that the rest of it is in the list's order. */
interface Branch {
  role: Role;
  status: Status;
}

const statuses: Status[] = ['active', 'locked'];
const afterAllIds = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** In every order of text the last character; as often as a name is long, since some orders take all emoji for one. */
const afterAllEndings = '\u{10FFFF}'.repeat(64);

/**
 * Statements for lists of users. Each finds ids in one index alone, a branch for each role and status that may be
 * wanted and no branch longer than the page, and fetches only what is shown: what a list costs depends on its length.
 */
export class UserListStatements {
  constructor(
    private readonly engine: Engine,
    /** Of the table `u`. */
    private readonly columns: string,
  ) {}

  /** Newest first. */
  all(filter: UserFilter, before: string | undefined, limit: number): Statement {
    return this.newest('users_role', [], filter, before, limit);
  }

  /** Those with this e-mail in whatever case, newest first. */
  byEmail(email: string, filter: UserFilter, before: string | undefined, limit: number): Statement {
    const conditions = [{ sql: `${this.anyCase('f.email')} = ?`, values: [email] }];
    return this.newest('users_email', conditions, filter, before, limit);
  }

  /** Those of few ids, newest first. */
  byIds(ids: string[], { role, status }: UserFilter, before: string | undefined, limit: number): Statement {
    const where = allOf([
      isOneOf('u.id', ids),
      { sql: 'u.id < ?', values: [before ?? afterAllIds] },
      isOneOf('u.role', role ? [role] : [...roles]),
      isOneOf('u.status', status ? [status] : statuses),
    ]);
    const from = `users u ${useIndex(this.engine, 'PRIMARY')}`;
    return {
      sql: `SELECT ${this.columns} FROM ${from} WHERE ${where.sql} ORDER BY u.id DESC LIMIT ${limit}`,
      parameters: where.parameters,
    };
  }

  /**
   * Those whose username, or else nickname, begins like this in whatever case; by that name, which is told as
   * `matchedName`, and where names are equal by id.
   */
  byName(prefix: string, filter: UserFilter, after: NamedPlace | undefined, limit: number): Statement {
    const username = (branch: Branch) => this.namesIn('username', branch, [], prefix, after, limit);
    // Who was found by the one name already is not found by the other once more.
    const unfound = [this.beginsOtherwise('f.username', prefix)];
    const nickname = (branch: Branch) => this.namesIn('nickname', branch, unfound, prefix, after, limit);
    const branches = branchesOf(filter);
    const order = `${this.anyCase('name')}, id`;
    const ids = firstOf([...branches.map(username), ...branches.map(nickname)], 'id, name', order, limit);
    return this.fetch(ids, 'page.name AS matchedName', `${this.anyCase('page.name')}, page.id`);
  }

  private newest(
    index: string,
    conditions: Condition[],
    filter: UserFilter,
    before: string | undefined,
    limit: number,
  ): Statement {
    const idsIn = (branch: Branch): Statement => {
      const where = allOf([
        ...conditions,
        ...matches(branch),
        { sql: 'f.id < ?', values: [before ?? afterAllIds] },
      ]);
      return {
        sql: `SELECT f.id FROM ${this.from(index)} WHERE ${where.sql} ORDER BY f.id DESC LIMIT ${limit}`,
        parameters: where.parameters,
      };
    };
    return this.fetch(firstOf(branchesOf(filter).map(idsIn), 'id', 'id DESC', limit), undefined, 'u.id DESC');
  }

  private namesIn(
    column: 'username' | 'nickname',
    branch: Branch,
    further: Condition[],
    prefix: string,
    after: NamedPlace | undefined,
    limit: number,
  ): Statement {
    const name = this.anyCase(`f.${column}`);
    const where = allOf([
      ...matches(branch),
      this.begins(`f.${column}`, prefix),
      ...(after ? [isAfter(name, after)] : []),
      ...further,
    ]);
    const from = this.from(`users_${column}`);
    return {
      sql: `SELECT f.id, f.${column} AS name FROM ${from} WHERE ${where.sql} ORDER BY ${name}, f.id LIMIT ${limit}`,
      parameters: where.parameters,
    };
  }

  private fetch(ids: Statement, further: string | undefined, order: string): Statement {
    const columns = further === undefined ? this.columns : `${this.columns}, ${further}`;
    return {
      sql: `SELECT ${columns} FROM (${ids.sql}) page JOIN users u ON u.id = page.id ORDER BY ${order}`,
      parameters: ids.parameters,
    };
  }

  private from(index: string): string {
    return `users f ${useIndex(this.engine, index)}`;
  }

  /** MySQL's columns do not tell cases apart; SQLite's do, but their indexes do not, as far as ASCII goes. */
  private anyCase(column: string): string {
    return this.engine === 'sqlite' ? `${column} COLLATE NOCASE` : column;
  }

  /** Not by LIKE: what MySQL makes of it for an index ends before emoji. */
  private begins(column: string, prefix: string): Condition {
    const name = this.anyCase(column);
    return { sql: `${name} >= ? AND ${name} <= ?`, values: [prefix, prefix + afterAllEndings] };
  }

  private beginsOtherwise(column: string, prefix: string): Condition {
    const { sql, values } = this.begins(column, prefix);
    return { sql: `(${column} IS NULL OR NOT (${sql}))`, values };
  }
}

function branchesOf({ role, status }: UserFilter): Branch[] {
  const wanted = role ? [role] : roles;
  return wanted.flatMap((each) => (status ? [status] : statuses).map((one) => ({ role: each, status: one })));
}

function matches({ role, status }: Branch): Condition[] {
  return [
    { sql: 'f.role = ?', values: [role] },
    { sql: 'f.status = ?', values: [status] },
  ];
}

/** The first half says what the second one implies, for SQLite, which does not see it. */
function isAfter(column: string, { name, id }: NamedPlace): Condition {
  return {
    sql: `${column} >= ? AND (${column} > ? OR (${column} = ? AND f.id > ?))`,
    values: [name, name, name, id],
  };
}

function isOneOf(column: string, values: string[]): Condition {
  return { sql: `${column} IN (${values.map(() => '?').join()})`, values };
}
