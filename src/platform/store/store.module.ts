import { Global, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { KeyValueStore } from './key-value-store.js';
import { MemoryStore } from './memory-store.js';
import { RedisStore } from './redis-store.js';

const logger = new Logger('KeyValueStore');

/** Redis where it is configured, this process' memory where not. */
function openStore({ redis }: Config): Promise<KeyValueStore> | KeyValueStore {
  return redis ? RedisStore.open(redis, (message) => logger.warn(message)) : new MemoryStore();
}

@Global()
@Module({
  providers: [{ provide: KeyValueStore, inject: [Config], useFactory: openStore }],
  exports: [KeyValueStore],
})
export class StoreModule implements OnApplicationShutdown {
  constructor(private readonly store: KeyValueStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
