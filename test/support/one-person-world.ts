import { randomBytes } from 'node:crypto';
import { In, Like, MoreThan, type DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import type { ProvenIdentity } from '../../src/users/proven-identity.js';
import { UserMergeEntity } from '../../src/users/user-merge.entity.js';
import { UserPasswordEntity } from '../../src/users/user-password.entity.js';
import { UserEntity } from '../../src/users/user.entity.js';
import type { UnionidStatus } from '../../src/users/wechat-identity.entity.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';
import { WechatUnionEntity } from '../../src/users/wechat-union.entity.js';

/** The apps of the world: three of one open platform, one of another, one of none. */
export const apps = [
  { name: 'mini', kind: 'mini-program', platform: 'first' },
  { name: 'site', kind: 'website', platform: 'first' },
  { name: 'account', kind: 'official-account', platform: 'first' },
  { name: 'phone', kind: 'mobile', platform: 'second' },
  { name: 'loose', kind: 'mini-program', platform: undefined },
] as const;

/** A person at one of the apps, by their places in the world. */
export interface Door {
  person: number;
  app: number;
}

/** What the database says of one world, everything in a fixed order. */
export interface Snapshot {
  users: UserEntity[];
  identities: WechatIdentityEntity[];
  unions: WechatUnionEntity[];
  merges: UserMergeEntity[];
  passwords: UserPasswordEntity[];
}

/** Some people and apps whose ids nobody has had before, so that the database need not be emptied between two. */
export class World {
  private readonly prefix = `${randomBytes(6).toString('hex')}.`;
  private readonly born = newId();

  constructor(private readonly dataSource: DataSource) {}

  /** What WeChat proves where the person comes through that door, with the unionid or without. */
  proof({ person, app }: Door, unionidStatus: UnionidStatus): ProvenIdentity {
    const { name, kind, platform } = apps[app]!;
    const given = { kind, appId: this.prefix + name, openid: this.openid(person) };
    if (platform === undefined) return { ...given, unionidStatus: 'app_not_bound' };
    if (unionidStatus !== 'present') return { ...given, unionidStatus };
    return { ...given, unionidStatus, unionid: this.unionid({ person, app }) };
  }

  unionid({ person, app }: Door): string | undefined {
    const { platform } = apps[app]!;
    return platform && `${this.openid(person)}.${platform}`;
  }

  doorOf({ appId, openid }: WechatIdentityEntity): Door {
    const app = apps.findIndex(({ name }) => appId === this.prefix + name);
    return { person: Number(openid.slice(this.prefix.length)), app };
  }

  /** The user of whoever this person is known as, if anybody. */
  async userOf(person: number): Promise<string | undefined> {
    const where = { appId: Like(`${this.prefix}%`), openid: this.openid(person) };
    const identity = await this.dataSource.manager.findOne(WechatIdentityEntity, {
      where,
      order: { id: 'ASC' },
    });
    return identity?.userId;
  }

  async snapshot(): Promise<Snapshot> {
    const { manager } = this.dataSource;
    const order = { id: 'ASC' } as const;
    const users = await manager.find(UserEntity, { where: { id: MoreThan(this.born) }, order });
    const whose = In(users.map(({ id }) => id));
    return {
      users,
      identities: await manager.find(WechatIdentityEntity, {
        where: { appId: Like(`${this.prefix}%`) },
        order,
      }),
      unions: await manager.find(WechatUnionEntity, {
        where: { unionid: Like(`${this.prefix}%`) },
        order: { unionid: 'ASC' },
      }),
      merges: await manager.find(UserMergeEntity, { where: { survivorId: whose }, order }),
      passwords: await manager.find(UserPasswordEntity, {
        where: { userId: whose },
        order: { userId: 'ASC' },
      }),
    };
  }

  private openid(person: number): string {
    return `${this.prefix}${person}`;
  }
}
