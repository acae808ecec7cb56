import { Global, Logger, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Config, type RedisConfig } from '../config/config.js';
import { KeyValueStore } from './key-value-store.js';
import { MemoryStore } from './memory-store.js';
import { RedisStore } from './redis-store.js';
import { StoreModule } from './store.module.js';

/** An application that holds nothing but the store. */
async function applicationWith(redis: RedisConfig | undefined): Promise<TestingModule> {
  @Global()
  @Module({ providers: [{ provide: Config, useValue: { redis } }], exports: [Config] })
  class ConfigModule {}

  return Test.createTestingModule({ imports: [ConfigModule, StoreModule] }).compile();
}

describe('the store module', () => {
  let application: TestingModule;

  beforeAll(() => Logger.overrideLogger(false));

  afterEach(() => application.close());

  it('keeps the store in memory where no Redis is configured', async () => {
    application = await applicationWith(undefined);
    expect(application.get(KeyValueStore)).toBeInstanceOf(MemoryStore);
  });

  it('lets the application start although its Redis is away', async () => {
    application = await applicationWith({ kind: 'standalone', url: 'redis://127.0.0.1:1' });
    expect(application.get(KeyValueStore)).toBeInstanceOf(RedisStore);
  });

  it('closes the store when the application shuts down', async () => {
    application = await applicationWith(undefined);
    const store = application.get(KeyValueStore);
    const heard: string[] = [];
    await store.subscribe('channel', (message) => heard.push(message));
    await application.close();
    await store.publish('channel', 'late');
    expect(heard).toEqual([]);
  });
});
