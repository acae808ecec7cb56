import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { Identities } from './identities.service.js';
import { UserEntity } from './user.entity.js';
import { Users } from './users.service.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

@Module({
  imports: [AuditModule, TypeOrmModule.forFeature([UserEntity, WechatIdentityEntity, WechatUnionEntity])],
  providers: [Users, Identities],
  exports: [Users, Identities],
})
export class UsersModule {}
