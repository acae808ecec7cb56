import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { openSealer } from './open-sealer.js';
import { Sealer } from './sealer.js';

@Global()
@Module({
  providers: [{ provide: Sealer, inject: [Config], useFactory: openSealer }],
  exports: [Sealer],
})
export class CryptoModule {}
