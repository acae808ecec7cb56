import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from './audit.module.js';
import { BlockEntity } from './block.entity.js';
import { Blocklist } from './blocklist.service.js';
import { BlocklistSnapshots } from './blocklist-snapshots.service.js';
import { DecryptionLimits } from './decryption-limits.service.js';
import { LoginLimits } from './login-limits.service.js';
import { NonceEntity } from './nonce.entity.js';
import { Nonces } from './nonces.service.js';
import { Refusals } from './refusals.service.js';
import { RiskCleaning } from './risk-cleaning.service.js';

@Module({
  imports: [AuditModule, TypeOrmModule.forFeature([BlockEntity, NonceEntity])],
  providers: [BlocklistSnapshots, Blocklist, DecryptionLimits, LoginLimits, Nonces, Refusals, RiskCleaning],
  exports: [Blocklist, DecryptionLimits, LoginLimits, Nonces, Refusals],
})
export class RiskModule {}
