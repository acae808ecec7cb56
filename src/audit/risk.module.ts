import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BlockEntity } from './block.entity.js';
import { Blocklist } from './blocklist.service.js';
import { BlocklistSnapshots } from './blocklist-snapshots.service.js';
import { LoginLimits } from './login-limits.service.js';
import { NonceEntity } from './nonce.entity.js';
import { Nonces } from './nonces.service.js';
import { RiskCleaning } from './risk-cleaning.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([BlockEntity, NonceEntity])],
  providers: [BlocklistSnapshots, Blocklist, LoginLimits, Nonces, RiskCleaning],
  exports: [Blocklist, LoginLimits, Nonces],
})
export class RiskModule {}
