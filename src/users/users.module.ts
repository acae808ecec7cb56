import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { Consents } from './consents.service.js';
import { Erasure } from './erasure.service.js';
import { Identities } from './identities.service.js';
import { IdentityLinks } from './identity-links.service.js';
import { Merges } from './merges.service.js';
import { Phones } from './phones.service.js';
import { SessionKeys } from './session-keys.service.js';
import { UnionidConflicts } from './unionid-conflicts.service.js';
import { UserMergeEntity } from './user-merge.entity.js';
import { UserEntity } from './user.entity.js';
import { UserRetention } from './user-retention.service.js';
import { Users } from './users.service.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

@Module({
  imports: [
    AuditModule,
    TypeOrmModule.forFeature([UserEntity, UserMergeEntity, WechatIdentityEntity, WechatUnionEntity]),
  ],
  providers: [
    Users,
    Consents,
    Erasure,
    Identities,
    IdentityLinks,
    Merges,
    Phones,
    SessionKeys,
    UnionidConflicts,
    UserRetention,
  ],
  exports: [Users, Consents, Erasure, Identities, IdentityLinks, Merges, Phones, SessionKeys],
})
export class UsersModule {}
