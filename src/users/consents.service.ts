import { Injectable, Logger } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.service.js';
import { hasAdministrator, isAdministrator } from './administrators.js';
import { Erasure, type EndingOfErased } from './erasure.service.js';
import { removeIdentity } from './identity-links.service.js';
import { lineOf } from './line-of.js';
import { holdLiving, StaleRead } from './living-user.js';
import { chosenOf, chosenText, profileFields, type ProfileField } from './profile.js';
import { retryRaces } from './retry-races.js';
import { UserEntity } from './user.entity.js';
import { hasWayIn } from './ways-in.js';
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
  private readonly logger = new Logger('Consents');

  constructor(
    private readonly dataSource: DataSource,
    private readonly erasure: Erasure,
    private readonly audit: AuditLog,
  ) {}

  /** The person stays and loses these, be they WeChat's words or chosen. */
  async withdraw(withdrawal: Withdrawal, items: readonly ConsentItem[]): Promise<void> {
    const fields = items.flatMap((item) => fieldsOf[item]);
    const found = await this.withPerson(withdrawal, async (manager, { userId }) => {
      await clear(manager, userId, () => fields);
      return userId;
    });
    if (found === undefined) this.recordUnknown(withdrawal);
  }

  /**
   * The app knows the person no more, not even by their only identity; what WeChat said of them and they did not choose
   * goes too. Who is left without a way in is erased, even the last administrator: the law asks for it, and an operator
   * can make another. Who is locked stays known, and locked.
   * @param items what goes besides, even if chosen
   */
  async leave(
    withdrawal: Withdrawal,
    items: readonly ConsentItem[],
    sessions: EndingOfErased,
  ): Promise<void> {
    const fields = items.flatMap((item) => fieldsOf[item]);
    const erased = await this.withPerson(withdrawal, async (manager, identity) => {
      const { userId } = identity;
      const user = await manager.findOneByOrFail(UserEntity, { id: userId });
      // Taking back a consent must not be a way out of a lock: the person would come back as somebody new.
      if (user.status !== 'locked') await this.unlink(manager, identity, withdrawal);
      if (!(await hasWayIn(manager, userId))) return this.eraseWithin(manager, user, sessions, withdrawal);
      await clear(manager, userId, (each) => [...fields, ...unchosenOf(each)]);
      await sessions.within(manager, userId);
      return [];
    });
    if (erased === undefined) this.recordUnknown(withdrawal);
    else if (erased.length > 0) await this.erasure.finish(erased);
  }

  private async unlink(
    manager: EntityManager,
    identity: WechatIdentityEntity,
    { appId, reason }: Withdrawal,
  ): Promise<void> {
    await removeIdentity(manager, identity);
    const { userId } = identity;
    const entry = { event: 'identity_unlinked', outcome: 'success', userId, appId, reason } as const;
    await this.audit.recordWithin(manager, entry);
  }

  private async eraseWithin(
    manager: EntityManager,
    user: UserEntity,
    sessions: EndingOfErased,
    { appId, reason }: Withdrawal,
  ): Promise<string[]> {
    const erased = await this.erasure.within(manager, user.id, sessions, { appId, reason });
    if (isAdministrator(user) && !(await hasAdministrator(manager))) {
      this.logger.error(
        'WeChat had the last administrator erased: the command `recover` makes another from the shell',
      );
    }
    return erased;
  }

  /** Nothing where the app knows no such person; else the withdrawal is recorded as surely as it is done. */
  private async withPerson<Result>(
    { appId, openid, event, reason }: Withdrawal,
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
        await this.audit.recordWithin(manager, { event, outcome: 'success', userId, appId, reason });
        return work(manager, identity);
      });
    });
  }

  private recordUnknown({ event, appId }: Withdrawal): void {
    this.audit.record({ event, outcome: 'failure', appId, reason: 'unknown_person' });
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
