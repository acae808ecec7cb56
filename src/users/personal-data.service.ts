import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import type { SealedColumn } from '../platform/crypto/sealed-column.js';
import { Sealer, UnsealError } from '../platform/crypto/sealer.js';
import { AppError } from '../platform/errors/app-error.js';
import { isoTime } from '../platform/http/iso-time.js';
import { beforeMerge } from './before-merge.js';
import { toIdentityView } from './identity.view.js';
import { lineOf } from './line-of.js';
import { living } from './living-user.js';
import type { AccountData, IdentityData, MergeData, PersonalRecord } from './personal-data.view.js';
import { chosenOf } from './profile.js';
import { sealedBeforeMerge, sealedPhone } from './sealed-user-columns.js';
import { SessionKeys } from './session-keys.service.js';
import { UserMergeEntity } from './user-merge.entity.js';
import { UserPasswordEntity } from './user-password.entity.js';
import { UserEntity } from './user.entity.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/** Reads for a person what is held on them: also what lies sealed, but no key and no hash. */
@Injectable()
export class PersonalData {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
    private readonly sessionKeys: SessionKeys,
  ) {}

  /** The user and all who became that user, whose rows are kept for a while. */
  lineOf(userId: string): Promise<string[]> {
    return lineOf(this.dataSource.manager, userId);
  }

  /**
   * @param line of the user, who is its first
   * @throws AppError not_found
   */
  async of(line: string[]): Promise<PersonalRecord> {
    const { manager } = this.dataSource;
    const [userId = ''] = line;
    const whose = { userId: In(line) };
    const user = await manager.findOneBy(UserEntity, living(userId));
    if (!user) throw new AppError('not_found');
    const former = await manager.findBy(UserEntity, { id: In(line.slice(1)) });
    const password = await manager.findOneBy(UserPasswordEntity, { userId });
    const identities = await manager.find(WechatIdentityEntity, { where: whose, order: { linkedAt: 'ASC' } });
    const unions = await manager.findBy(WechatUnionEntity, whose);
    const merges = await manager.findBy(UserMergeEntity, [{ survivorId: In(line) }, { mergedId: In(line) }]);
    return {
      account: this.accountOf(user),
      formerAccounts: former.map((each) => this.accountOf(each)),
      password: password && { username: user.username, changedAt: isoTime(password.changedAt) },
      identities: identities.map((identity) => this.identityOf(identity)),
      unionids: unions.map(({ unionid }) => unionid),
      merges: merges.map((merge) => this.mergeOf(merge)),
    };
  }

  private accountOf(user: UserEntity): AccountData {
    return {
      id: user.id,
      role: user.role,
      status: user.status,
      username: user.username,
      nickname: user.nickname,
      avatarUrl: user.avatarUrl,
      email: user.email,
      phone: this.open(sealedPhone, user.id, user.phoneSealed),
      phoneMasked: user.phoneMasked,
      gender: user.gender,
      country: user.country,
      province: user.province,
      city: user.city,
      language: user.language,
      chosen: [...chosenOf(user)],
      mergedInto: user.mergedInto,
      createdAt: isoTime(user.createdAt),
      lastLoginAt: isoTime(user.lastLoginAt),
    };
  }

  private identityOf(identity: WechatIdentityEntity): IdentityData {
    return {
      ...toIdentityView(identity),
      userId: identity.userId,
      holdsSessionKey: identity.sessionKeysSealed !== null,
      sessionKeysSince: this.sessionKeys.datesOf(identity).map(isoTime),
    };
  }

  private mergeOf({ id, survivorId, mergedId, appId, ...merge }: UserMergeEntity): MergeData {
    const before = this.open(sealedBeforeMerge, id, merge.beforeSealed);
    return {
      id,
      survivorId,
      mergedId,
      appId,
      mergedAt: isoTime(merge.mergedAt),
      undoneAt: merge.undoneAt === null ? null : isoTime(merge.undoneAt),
      before: before === null ? null : beforeMerge.parse(JSON.parse(before)),
    };
  }

  /** Null where no key opens it any more: what cannot be read is no reason to withhold the rest. */
  private open(column: SealedColumn, id: string, sealed: string | null): string | null {
    try {
      return sealed && this.sealer.open(sealed, column.placeOf(id));
    } catch (error) {
      if (error instanceof UnsealError) return null;
      throw error;
    }
  }
}
