import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, type Repository } from 'typeorm';
import { retryTransient } from '../platform/database/retry-transient.js';
import { selectList } from '../platform/database/select-list.js';
import { AppError } from '../platform/errors/app-error.js';
import { living, StaleRead } from './living-user.js';
import { acceptable, chosenAfter, type ProfileChoice, type WechatProfile } from './profile.js';
import { retryRaces } from './retry-races.js';
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
    const columns = selectList(dataSource, UserEntity, 'u');
    this.selectById = `SELECT ${columns} FROM users u WHERE u.id = ? AND u.status IN ('active', 'locked')`;
  }

  /** @throws AppError not_found */
  async get(id: string): Promise<UserView> {
    return toUserView(await this.find(id));
  }

  /** @throws AppError not_found */
  async find(id: string): Promise<UserRow> {
    const [user] = await this.repository.query<UserRow[]>(this.selectById, [id]);
    if (!user) throw new AppError('not_found');
    return user;
  }

  /** Whether a user is this one by now, be it by way of others. */
  async hasBecome(formerId: string, id: string): Promise<boolean> {
    if (formerId === id) return true;
    const former = await this.repository.findOneBy({ id: formerId });
    return former?.mergedInto != null && this.hasBecome(former.mergedInto, id);
  }

  /**
   * Lets a person in, as far as the account goes, and notes when; to be asked once the session stands, so that whoever
   * locks the user or changes the role at the same moment either finds the session or is found out here. Nothing where
   * the user has become another since.
   * @throws AppError user_locked
   */
  async admit(user: UserRow): Promise<UserView | undefined> {
    const lastLoginAt = Date.now();
    const { affected } = await retryTransient(() =>
      this.repository.update({ id: user.id, status: 'active', role: user.role }, { lastLoginAt }),
    );
    if (affected === 1) return toUserView({ ...user, lastLoginAt });
    await this.requireActive(user.id).catch((error: unknown) => {
      if (!(error instanceof AppError && error.error === 'not_found')) throw error;
    });
    return undefined;
  }

  /** @throws AppError user_locked, not_found */
  async requireActive(id: string): Promise<void> {
    refuseLocked(await this.find(id));
  }

  /** Takes over what WeChat says, as far as the person chose nothing else. */
  async acceptProfile(user: UserRow, profile: WechatProfile): Promise<UserRow> {
    const news = acceptable(user, profile);
    if (Object.keys(news).length === 0) return user;
    // Whoever chooses at the same moment is not overwritten.
    const { affected } = await this.repository.update({ ...living(user.id), chosen: user.chosen }, news);
    return affected === 1 ? { ...user, ...news } : user;
  }

  /**
   * Sets what a person chose of the own profile, and leaves the rest as it is.
   * @throws AppError not_found
   */
  async choose(id: string, choice: ProfileChoice): Promise<UserView> {
    return retryRaces(async () => {
      const user = await this.find(id);
      const news = { ...choice, chosen: chosenAfter(user, choice) };
      const { affected } = await this.repository.update({ ...living(id), chosen: user.chosen }, news);
      if (affected !== 1) throw new StaleRead();
      return toUserView({ ...user, ...news });
    });
  }
}

/** @throws AppError user_locked */
export function refuseLocked({ id, status }: Pick<UserRow, 'id' | 'status'>): void {
  if (status === 'locked') throw new AppError('user_locked', { about: { userId: id } });
}
