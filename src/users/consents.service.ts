import { Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.service.js';
import { Erasure, type EndingOfErased } from './erasure.service.js';
import { removeIdentity } from './identity-links.service.js';
import { lineOf } from './line-of.js';
import { holdLiving, StaleRead } from './living-user.js';
import { chosenOf, chosenText, profileFields, type ProfileField } from './profile.js';
import { retryRaces } from './retry-races.js';
import { UserEntity } from './user.entity.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';

/** What a person has let an app have, apart from who they are. */
export type ConsentItem = 'profile' | 'phone' | 'email';

/** What WeChat says that a person takes back, and of whom. */
export interface Withdrawal {
  appId: string;
  /** WeChat has been seen to leave it out. */
  openid?: string | undefined;
  event: 'consent_revoked' | 'profile_cleared';
  /** WeChat's words in short, for the audit log. */
  reason: string;
}

type Clearable = ProfileField | 'phoneMasked' | 'phoneSealed' | 'email';

const fieldsOf: Record<ConsentItem, readonly Clearable[]> = {
  profile: ['nickname', 'avatarUrl'],
  phone: ['phoneMasked', 'phoneSealed'],
  email: ['email'],
};

/** What of a person must go, because WeChat says that they do not let an app have it any more. */
@Injectable()
export class Consents {
  constructor(
    private readonly dataSource: DataSource,
    private readonly erasure: Erasure,
    private readonly audit: AuditLog,
  ) {}

  /** The person stays and loses these, be they WeChat's words or chosen. */
  async withdraw(withdrawal: Withdrawal, items: readonly ConsentItem[]): Promise<void> {
    const fields = items.flatMap((item) => fieldsOf[item]);
    const identity = await this.withPerson(withdrawal, async (manager, found) => {
      await clear(manager, found.userId, () => fields);
      return found;
    });
    this.record(withdrawal, identity?.userId);
  }

  /**
   * The app knows the person no more, not even by their only identity; what WeChat said of them and they did not choose
   * goes too. Who is left without a way in is erased; who is locked stays known, and locked.
   * @param items what goes besides, even if chosen
   */
  async leave(
    withdrawal: Withdrawal,
    items: readonly ConsentItem[],
    sessions: EndingOfErased,
  ): Promise<void> {
    const fields = items.flatMap((item) => fieldsOf[item]);
    const left = await this.withPerson(withdrawal, async (manager, identity) => {
      const { userId } = identity;
      // Taking back a consent must not be a way out of a lock: the person would come back as somebody new.
      const locked = await manager.existsBy(UserEntity, { id: userId, status: 'locked' });
      if (!locked) await removeIdentity(manager, identity);
      const erased = !(await hasWayIn(manager, userId));
      if (erased) await this.erasure.within(manager, userId, sessions);
      else {
        await clear(manager, userId, (user) => [...fields, ...unchosenOf(user)]);
        await sessions.within(manager, userId);
      }
      return { userId, locked, erased };
    });
    this.record(withdrawal, left?.userId);
    if (!left || left.locked) return;
    const { appId, reason } = withdrawal;
    this.audit.record({ event: 'identity_unlinked', outcome: 'success', userId: left.userId, appId, reason });
    if (left.erased) this.erasure.record(left.userId, { appId, reason });
  }

  /** Nothing where the app knows no such person. */
  private async withPerson<Result>(
    { appId, openid }: Withdrawal,
    work: (manager: EntityManager, identity: WechatIdentityEntity) => Promise<Result>,
  ): Promise<Result | undefined> {
    if (openid === undefined) return undefined;
    return retryRaces(async () => {
      const found = await this.dataSource.manager.findOneBy(WechatIdentityEntity, { appId, openid });
      if (!found) return undefined;
      const { id, userId } = found;
      return this.dataSource.transaction(async (manager) => {
        await holdLiving(manager, userId);
        const identity = await manager.findOneBy(WechatIdentityEntity, { id, userId });
        if (!identity) throw new StaleRead();
        return work(manager, identity);
      });
    });
  }

  private record({ event, appId, reason }: Withdrawal, userId: string | undefined): void {
    if (userId !== undefined) this.audit.record({ event, outcome: 'success', userId, appId, reason });
    else this.audit.record({ event, outcome: 'failure', appId, reason: 'unknown_person' });
  }
}

/** Also where those who became this user are kept, so that parting them brings nothing back. */
async function clear(
  manager: EntityManager,
  userId: string,
  fieldsFor: (user: UserEntity) => readonly Clearable[],
): Promise<void> {
  const users = await manager.findBy(UserEntity, { id: In(await lineOf(manager, userId)) });
  for (const user of users) {
    const fields = fieldsFor(user);
    const chosen = [...chosenOf(user)].filter((field) => !(fields as string[]).includes(field));
    const nothing: Partial<UserEntity> = Object.fromEntries(fields.map((field) => [field, null]));
    await manager.update(UserEntity, { id: user.id }, { ...nothing, chosen: chosenText(chosen) });
  }
}

function unchosenOf(user: UserEntity): Clearable[] {
  const chosen = chosenOf(user);
  return profileFields.filter((field) => !chosen.has(field));
}

async function hasWayIn(manager: EntityManager, userId: string): Promise<boolean> {
  if (await manager.existsBy(WechatIdentityEntity, { userId })) return true;
  const { username } = await manager.findOneByOrFail(UserEntity, { id: userId });
  return username !== null;
}
