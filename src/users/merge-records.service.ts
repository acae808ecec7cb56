import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';
import { AppError } from '../platform/errors/app-error.js';
import { idOfCursor, pageOf, type Page, type PageRequest } from '../platform/http/page.js';
import { toMergeView, type MergeView } from './merge.view.js';
import { UserMergeEntity } from './user-merge.entity.js';

/** What is remembered of users who became one. */
@Injectable()
export class MergeRecords {
  constructor(@InjectRepository(UserMergeEntity) private readonly repository: Repository<UserMergeEntity>) {}

  /**
   * One page, the newest first.
   * @throws AppError invalid_request where the cursor is none of ours
   */
  async list({ cursor, limit }: PageRequest): Promise<Page<MergeView>> {
    const merges = await this.repository.find({
      where: cursor === undefined ? {} : { id: LessThan(idOfCursor(cursor)) },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return pageOf(merges, limit, toMergeView);
  }

  /** @throws AppError not_found */
  async get(id: string): Promise<MergeView> {
    const merge = await this.repository.findOneBy({ id });
    if (!merge) throw new AppError('not_found');
    return toMergeView(merge);
  }
}
