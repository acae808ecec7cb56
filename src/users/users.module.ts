import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { Argon2 } from './argon2.js';
import { Consents } from './consents.service.js';
import { Erasure } from './erasure.service.js';
import { FirstAdministrator } from './first-administrator.service.js';
import { Identities } from './identities.service.js';
import { IdentityLinks } from './identity-links.service.js';
import { MergeRecords } from './merge-records.service.js';
import { Merges } from './merges.service.js';
import { PasswordHasher } from './password-hasher.service.js';
import { PasswordPolicy } from './password-policy.service.js';
import { Passwords } from './passwords.service.js';
import { PersonalData } from './personal-data.service.js';
import { Phones } from './phones.service.js';
import { SessionKeys } from './session-keys.service.js';
import { UnionidConflicts } from './unionid-conflicts.service.js';
import { UserCounts } from './user-counts.service.js';
import { UserMergeEntity } from './user-merge.entity.js';
import { UserPasswordEntity } from './user-password.entity.js';
import { UserEntity } from './user.entity.js';
import { UserRetention } from './user-retention.service.js';
import { UserSearch } from './user-search.js';
import { Standing } from './standing.service.js';
import { Users } from './users.service.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

@Module({
  imports: [
    AuditModule,
    TypeOrmModule.forFeature([
      UserEntity,
      UserMergeEntity,
      UserPasswordEntity,
      WechatIdentityEntity,
      WechatUnionEntity,
    ]),
  ],
  providers: [
    Users,
    Argon2,
    Consents,
    Erasure,
    FirstAdministrator,
    Identities,
    IdentityLinks,
    MergeRecords,
    Merges,
    PasswordHasher,
    PasswordPolicy,
    Passwords,
    PersonalData,
    Phones,
    SessionKeys,
    Standing,
    UnionidConflicts,
    UserCounts,
    UserRetention,
    UserSearch,
  ],
  exports: [
    Users,
    Consents,
    Erasure,
    Identities,
    IdentityLinks,
    MergeRecords,
    Merges,
    PasswordPolicy,
    Passwords,
    PersonalData,
    Phones,
    SessionKeys,
    Standing,
    UserCounts,
    UserSearch,
  ],
})
export class UsersModule {}
