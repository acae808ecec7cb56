import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { Sealer } from '../../src/platform/crypto/sealer.js';
import { KeyValueStore } from '../../src/platform/store/key-value-store.js';
import { MemoryStore } from '../../src/platform/store/memory-store.js';
import { sealedColumns } from '../../src/sealed-columns.js';
import type { RunningService } from './start-service.js';

/** A key of the store with all that lies under it, as JSON. */
export interface StoredKey {
  key: string;
  content: string;
  /** Milliseconds that it still lives. */
  livesMs: number;
}

/** Every row of every table of the database, also of tables that no entity knows: JSON by the name of its place. */
export async function dumpDatabase({ app }: RunningService): Promise<Map<string, string>> {
  const dataSource = app.get(DataSource);
  const sealer = app.get(Sealer, { strict: false });
  const places = new Map<string, string>();
  for (const table of await tablesOf(dataSource)) {
    const rows = await dataSource.query<Record<string, unknown>[]>(`SELECT * FROM ${table}`);
    const sealed = sealedColumns.filter((column) => column.table === table);
    for (const [i, row] of rows.entries()) {
      const opened = sealed.map(({ key, column, ...each }) => {
        const value = row[column] as string | null;
        return value && sealer.open(value, `${each.table}:${row[key] as string}:${column}`);
      });
      places.set(`${table} row ${i}`, JSON.stringify([row, opened]));
    }
  }
  return places;
}

async function tablesOf(dataSource: DataSource): Promise<string[]> {
  const sql =
    dataSource.options.type === 'better-sqlite3'
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()';
  return (await dataSource.query<{ name: string }[]>(sql)).map(({ name }) => name);
}

/** Every key of the store, whatever its type. */
export async function dumpStore({ app, env }: RunningService): Promise<StoredKey[]> {
  const store = app.get(KeyValueStore, { strict: false });
  return store instanceof MemoryStore ? dumpMemory(store) : dumpRedis(env.REDIS_URL!);
}

interface Entries {
  entries: Map<string, { value: unknown; expiresAt: number }>;
}

function dumpMemory(store: MemoryStore): StoredKey[] {
  const { values, windows } = store as unknown as { values: Entries; windows: Entries };
  return [values, windows].flatMap(({ entries }) =>
    [...entries].map(([key, { value, expiresAt }]) => ({
      key,
      content: JSON.stringify(value instanceof Map ? [...value] : value),
      livesMs: expiresAt - Date.now(),
    })),
  );
}

async function dumpRedis(url: string): Promise<StoredKey[]> {
  const redis = new Redis(url);
  const read: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, 0, -1, 'WITHSCORES'),
    stream: (key) => redis.xrange(key, '-', '+'),
    none: () => Promise.resolve(null),
  };
  try {
    const keys: StoredKey[] = [];
    for await (const found of redis.scanStream({ count: 1000 })) {
      for (const key of new Set(found as string[])) {
        const content = JSON.stringify(await read[await redis.type(key)]!(key));
        keys.push({ key: key.replace(/^wxpass:/, ''), content, livesMs: await redis.pttl(key) });
      }
    }
    return keys;
  } finally {
    redis.disconnect();
  }
}

/** What of a stored value was sealed, in the clear; throws where something sealed does not open. */
export function openedOf({ app, env }: RunningService, { key, content }: StoredKey): string[] {
  const sealer = app.get(Sealer, { strict: false });
  const keyId = env.ENCRYPTION_KEYS!.split(':', 1)[0]!;
  const sealed = content.match(new RegExp(`\\b${keyId}\\.[\\w-]{38,}`, 'g')) ?? [];
  return sealed.map((text) => {
    for (const place of [key, `${key}:request`]) {
      try {
        return sealer.open(text, place);
      } catch {
        // Perhaps it lies in the other place.
      }
    }
    throw new Error(`what is sealed under ${key} does not open`);
  });
}
