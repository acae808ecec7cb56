import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { z } from 'zod';
import { canonicalAccount } from '../audit/account-name.js';
import { isDuplicate } from '../platform/database/database-fault.js';
import { retryTransient } from '../platform/database/retry-transient.js';
import { selectList } from '../platform/database/select-list.js';
import { AppError } from '../platform/errors/app-error.js';
import { parseRequest } from '../platform/http/validation.js';
import { holdLiving, StaleRead } from './living-user.js';
import { newPassword as newPasswordSchema, username as usernameSchema } from './password-account.schemas.js';
import { PasswordHasher } from './password-hasher.service.js';
import { PasswordPolicy } from './password-policy.service.js';
import { UserPasswordEntity } from './user-password.entity.js';
import { UserEntity, type Role } from './user.entity.js';
import type { UserRow } from './user.view.js';
import { Users } from './users.service.js';

export interface NewAccount {
  username: string;
  password: string;
  email?: string | undefined;
  role?: Role | undefined;
}

/** Whose password was right, and the hash that says whether it still is. */
export interface VerifiedPassword {
  user: UserRow;
  hash: string;
}

/** Ends sessions within the transaction that makes it necessary. */
type Ending = (manager: EntityManager) => Promise<void>;

type AccountRow = UserRow & { hash: string };

/** The names and passwords of people; a hash never leaves but as what `stands` is asked with. */
@Injectable()
export class Passwords {
  private readonly selectByKey: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly users: Users,
    private readonly hasher: PasswordHasher,
    private readonly policy: PasswordPolicy,
  ) {
    const columns = selectList(dataSource, UserEntity, 'u');
    this.selectByKey = `SELECT p.hash AS hash, ${columns} FROM user_passwords p JOIN users u ON u.id = p.user_id
      WHERE p.username_key = ? AND u.status IN ('active', 'locked')`;
  }

  /**
   * Makes a user with a password.
   * @throws AppError conflict where the name, or one that looks like it, is taken; invalid_request naming `username` or
   * `password`; dependency_unavailable when too many wait
   */
  async register({ username, password, email, role = 'user' }: NewAccount): Promise<UserRow> {
    const account = parseRequest(registration, { username, password });
    this.policy.requireGood('password', account.password, account.username);
    await this.requireFree(account.username);
    const row = passwordRow(newId(), account.username, await this.hasher.hash(account.password));
    const user = newUser(row, { username: account.username, email, role });
    await this.insert(async (manager) => {
      await manager.insert(UserEntity, user);
      await manager.insert(UserPasswordEntity, row);
    });
    return this.users.find(user.id);
  }

  /**
   * The user whose password this is, also a locked one. Unknown names are answered as wrong passwords are, as late.
   * @throws AppError invalid_credentials, dependency_unavailable when too many wait
   */
  async verify(username: string, password: string): Promise<VerifiedPassword> {
    const { hash, ...user } = await this.findMatching(username, password);
    if (!this.hasher.isOutdated(hash)) return { user, hash };
    const stronger = await this.hasher.hash(password);
    // Whoever changed it at the same moment, or hashed it anew in another login, is not overwritten.
    const replaced = await this.replace(this.dataSource.manager, user.id, hash, { hash: stronger });
    return replaced ? { user, hash: stronger } : this.verify(username, password);
  }

  /** Whether the password that was verified is still the user's: asked after the session was opened. */
  async stands(userId: string, hash: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(UserPasswordEntity, { userId, hash });
  }

  async has(userId: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(UserPasswordEntity, { userId });
  }

  /** Whose name this is, or one that looks like it; nobody's: undefined. */
  async ownerOf(username: string): Promise<string | undefined> {
    const usernameKey = canonicalAccount(username);
    return (await this.dataSource.manager.findOneBy(UserPasswordEntity, { usernameKey }))?.userId;
  }

  /**
   * Changes a password.
   * @param ending ends sessions within the same transaction
   * @throws AppError invalid_credentials where the current one is wrong, or there is none; invalid_request naming
   * `newPassword`; not_found where the user is no more; dependency_unavailable
   */
  async change(userId: string, currentPassword: string, newPassword: string, ending: Ending): Promise<void> {
    const { username } = await this.users.find(userId);
    this.requireGoodNew(newPassword, username);
    const known = await this.dataSource.manager.findOneBy(UserPasswordEntity, { userId });
    if (!(await this.hasher.matches(known?.hash, currentPassword))) throw wrong(userId);
    const news = { hash: await this.hasher.hash(newPassword), changedAt: Date.now() };
    await this.hold(userId, async (manager) => {
      if (!(await this.replace(manager, userId, known!.hash, news))) throw wrong(userId);
      await ending(manager);
    });
  }

  /**
   * Gives a user who came by WeChat a name and a password.
   * @param ending ends sessions within the same transaction
   * @throws AppError conflict where the name is taken or there is a password already; invalid_request naming `username`
   * or `newPassword`; not_found where the user is no more; dependency_unavailable
   */
  async setFirst(userId: string, username: string, newPassword: string, ending: Ending): Promise<void> {
    const account = parseRequest(z.object({ username: usernameSchema }), { username });
    this.requireGoodNew(newPassword, account.username);
    if (await this.has(userId)) throw new AppError('conflict');
    await this.requireFree(account.username);
    const row = passwordRow(userId, account.username, await this.hasher.hash(newPassword));
    await this.hold(userId, async (manager) => {
      await manager.insert(UserPasswordEntity, row);
      await manager.update(UserEntity, { id: userId }, { username: account.username });
      await ending(manager);
    });
  }

  private async findMatching(username: string, password: string): Promise<AccountRow> {
    const [account] = await this.dataSource.query<AccountRow[]>(this.selectByKey, [
      canonicalAccount(username),
    ]);
    if (!(await this.hasher.matches(account?.hash, password))) throw wrong(account?.id);
    return account!;
  }

  /** Spares a hash; who takes the name meanwhile is found out by the unique index. */
  private async requireFree(username: string): Promise<void> {
    if ((await this.ownerOf(username)) !== undefined) throw new AppError('conflict');
  }

  private requireGoodNew(newPassword: string, username: string | null): void {
    parseRequest(z.object({ newPassword: newPasswordSchema }), { newPassword });
    this.policy.requireGood('newPassword', newPassword, username);
  }

  /** Whether that hash was still the user's. */
  private async replace(
    manager: EntityManager,
    userId: string,
    hash: string,
    news: Partial<UserPasswordEntity>,
  ): Promise<boolean> {
    const { affected } = await manager.update(UserPasswordEntity, { userId, hash }, news);
    return affected === 1;
  }

  private async hold(userId: string, work: (manager: EntityManager) => Promise<void>): Promise<void> {
    await this.insert(async (manager) => {
      await holdLiving(manager, userId);
      await work(manager);
    });
  }

  private async insert(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    await retryTransient(() => this.dataSource.transaction(work)).catch((error: unknown) => {
      if (error instanceof StaleRead) throw new AppError('not_found');
      throw isDuplicate(error) ? new AppError('conflict') : error;
    });
  }
}

const registration = z.object({ username: usernameSchema, password: newPasswordSchema });

function passwordRow(userId: string, username: string, hash: string): UserPasswordEntity {
  return { userId, usernameKey: canonicalAccount(username), hash, changedAt: Date.now() };
}

function newUser({ userId: id, changedAt: now }: UserPasswordEntity, account: Omit<NewAccount, 'password'>) {
  const { username, email = null, role = 'user' } = account;
  const chosen = email === null ? '' : 'email';
  const times = { createdAt: now, lastLoginAt: now };
  return { id, username, email, chosen, role, status: 'active' as const, ...times };
}

function wrong(userId: string | undefined): AppError {
  return new AppError('invalid_credentials', userId === undefined ? {} : { about: { userId } });
}
