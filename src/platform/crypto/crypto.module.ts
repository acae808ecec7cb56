import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { developmentKey } from './development-key.js';
import { Sealer } from './sealer.js';

const developmentKeyFile = 'data/development.key';

@Global()
@Module({
  providers: [
    {
      provide: Sealer,
      inject: [Config],
      useFactory: ({ encryptionKeys }: Config) =>
        new Sealer(encryptionKeys.length > 0 ? encryptionKeys : [developmentKey(developmentKeyFile)]),
    },
  ],
  exports: [Sealer],
})
export class CryptoModule {}
