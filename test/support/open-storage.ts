import type { DataSource } from 'typeorm';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import type { KeyValueStore } from '../../src/platform/store/key-value-store.js';
import { MemoryStore } from '../../src/platform/store/memory-store.js';
import { RedisStore } from '../../src/platform/store/redis-store.js';
import { schema } from '../../src/schema.js';
import type { Backend } from './backends.js';

/** What one replica has of its own: connections to the storage that it shares with the others. */
export interface ReplicaStorage {
  dataSource: DataSource;
  store: KeyValueStore;
}

export interface OpenStorage {
  replicas: ReplicaStorage[];
  close(): Promise<void>;
}

/** The storage of several replicas, for services that are tested without an app; the store in memory is one for all. */
export async function openStorage(backend: Backend, count: number): Promise<OpenStorage> {
  const opened = await backend.open();
  const { database, redis } = loadConfig({ NODE_ENV: 'test', ...opened.env });
  const memory = new MemoryStore();
  const replicas: ReplicaStorage[] = [];
  for (let i = 0; i < count; i++) {
    replicas.push({
      dataSource: await openDatabase(database, schema),
      store: redis ? await RedisStore.open(redis, () => undefined) : memory,
    });
  }
  const close = async () => {
    for (const { dataSource, store } of replicas) {
      await store.close();
      if (dataSource.isInitialized) await dataSource.destroy();
    }
    await memory.close();
    await opened.close();
  };
  return { replicas, close };
}
