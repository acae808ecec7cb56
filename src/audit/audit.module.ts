import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { AuditLog } from './audit-log.service.js';
import { AuditRetention } from './audit-retention.service.js';
import { LoginCounts } from './login-counts.service.js';
import { LateUsernames } from './late-usernames.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([AuditEntryEntity])],
  providers: [AuditLog, AuditRetention, LateUsernames, LoginCounts],
  exports: [AuditLog, LateUsernames, LoginCounts],
})
export class AuditModule {}
