import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, type Repository } from 'typeorm';
import { selectList } from '../platform/database/select-list.js';
import { AppError } from '../platform/errors/app-error.js';
import { UserEntity } from './user.entity.js';
import { toUserView, type UserRow, type UserView } from './user.view.js';

/** Reads and writes people; who they are at WeChat is the Identities' business. */
@Injectable()
export class Users {
  private readonly selectById: string;

  constructor(
    @InjectRepository(UserEntity) private readonly repository: Repository<UserEntity>,
    dataSource: DataSource,
  ) {
    this.selectById = `SELECT ${selectList(dataSource, UserEntity, 'u')} FROM users u WHERE u.id = ?`;
  }

  /** @throws AppError not_found */
  async get(id: string): Promise<UserView> {
    const [user] = await this.repository.query<UserRow[]>(this.selectById, [id]);
    if (!user) throw new AppError('not_found');
    return toUserView(user);
  }

  /**
   * Lets a person in, as far as the account goes, and notes when.
   * @throws AppError user_locked
   */
  async admit(user: UserView): Promise<UserView> {
    refuseLocked(user);
    const now = Date.now();
    await this.repository.update({ id: user.id }, { lastLoginAt: now });
    return { ...user, lastLoginAt: new Date(now).toISOString() };
  }

  /** @throws AppError user_locked, not_found */
  async requireActive(id: string): Promise<void> {
    refuseLocked(await this.get(id));
  }
}

function refuseLocked({ status }: UserView): void {
  if (status === 'locked') throw new AppError('user_locked');
}
