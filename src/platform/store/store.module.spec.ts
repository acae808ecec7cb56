import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Config, type RedisConfig } from '../config/config.js';
import { KeyValueStore } from './key-value-store.js';
import { MemoryStore } from './memory-store.js';
import { RedisStore } from './redis-store.js';
import { StoreModule } from './store.module.js';

/** An application that holds nothing but the store. */
async function applicationWith(redis: RedisConfig | undefined) {
  @Global()
  @Module({ providers: [{ provide: Config, useValue: { redis } }], exports: [Config] })
  class ConfigModule {}

  const application = await Test.createTestingModule({ imports: [ConfigModule, StoreModule] })
    .setLogger(false)
    .compile();
  return application.init();
}

describe('the store module', () => {
  it('keeps the store in memory where no Redis is configured', async () => {
    const application = await applicationWith(undefined);
    expect(application.get(KeyValueStore)).toBeInstanceOf(MemoryStore);
    await application.close();
  });

  it('lets the application start although its Redis is away', async () => {
    const application = await applicationWith({ kind: 'standalone', url: 'redis://127.0.0.1:1' });
    expect(application.get(KeyValueStore)).toBeInstanceOf(RedisStore);
    await application.close();
  });

  it('closes the store when the application shuts down', async () => {
    const application = await applicationWith(undefined);
    const store = application.get(KeyValueStore);
    const heard: string[] = [];
    await store.subscribe('channel', (message) => heard.push(message));
    await application.close();
    await store.publish('channel', 'late');
    expect(heard).toEqual([]);
  });
});
