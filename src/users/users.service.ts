import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AppError } from '../platform/errors/app-error.js';
import { UserEntity } from './user.entity.js';
import { toUserView, type UserView } from './user.view.js';

/** Reads and writes people; who they are at WeChat is the Identities' business. */
@Injectable()
export class Users {
  constructor(@InjectRepository(UserEntity) private readonly repository: Repository<UserEntity>) {}

  /** @throws AppError not_found */
  async get(id: string): Promise<UserView> {
    const user = await this.repository.findOneBy({ id });
    if (!user) throw new AppError('not_found');
    return toUserView(user);
  }

  /**
   * Lets a person in, as far as the account goes, and notes when.
   * @throws AppError user_locked
   */
  async admit(id: string): Promise<UserView> {
    const user = await this.requireActive(id);
    const now = Date.now();
    await this.repository.update({ id }, { lastLoginAt: now });
    return { ...user, lastLoginAt: new Date(now).toISOString() };
  }

  /** @throws AppError user_locked, not_found */
  async requireActive(id: string): Promise<UserView> {
    const user = await this.get(id);
    if (user.status === 'locked') throw new AppError('user_locked');
    return user;
  }
}
