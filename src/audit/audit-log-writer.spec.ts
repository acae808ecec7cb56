import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEntryEntity, Outcome } from './audit-entry.entity.js';
import { AuditLogWriter } from './audit-log-writer.js';
import { toAuditEntry } from './audit-entry.js';

class Database {
  rows: AuditEntryEntity[] = [];
  batches: number[] = [];
  at = 0;
  most = 0;
  away = false;
  delayMs = 0;

  write = async (entries: AuditEntryEntity[]): Promise<void> => {
    this.at += 1;
    this.most = Math.max(this.most, this.at);
    this.batches.push(entries.length);
    await sleep(this.delayMs);
    this.at -= 1;
    if (this.away) throw new Error('away');
    this.rows.push(...entries);
  };

  get names() {
    return this.rows.map(({ username }) => username);
  }
}

class Log {
  errors: string[] = [];
  warnings: string[] = [];
  error = (message: string) => void this.errors.push(message);
  warn = (message: string) => void this.warnings.push(message);
}

function setUp(settings: ConstructorParameters<typeof AuditLogWriter>[2] = {}) {
  const [database, log] = [new Database(), new Log()];
  const quick = { batchSize: 10, capacity: 50, delayMs: 20, firstPauseMs: 5, longestPauseMs: 20 };
  let dropped = 0;
  const writer = new AuditLogWriter(database.write, log, { ...quick, ...settings }, () => dropped++);
  let count = 0;
  const add = (entries: number, outcome: Outcome = 'success') => {
    for (let i = 0; i < entries; i++)
      writer.add(toAuditEntry({ event: 'login', outcome, username: String(++count) }));
  };
  const written = async (entries: number) => {
    for (let i = 0; i < 400 && database.rows.length < entries; i++) await sleep(5);
    expect(database.rows).toHaveLength(entries);
  };
  return { writer, database, log, add, written, dropped: () => dropped };
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

describe('the audit log’s writer', () => {
  it('gathers what comes in short order into one batch', async () => {
    const { database, add, written } = setUp();
    add(3);
    await sleep(5);
    add(2);
    await written(5);
    expect(database.batches).toEqual([5]);
    expect(database.names).toEqual(numbers(1, 5));
  });

  it('does not wait for a batch that is full', async () => {
    const { database, add } = setUp({ delayMs: 10_000 });
    add(10);
    await sleep(5);
    expect(database.batches).toEqual([10]);
  });

  it('writes one batch at a time, in order', async () => {
    const { database, add, written } = setUp();
    database.delayMs = 3;
    for (let i = 0; i < 9; i++) {
      add(5);
      await sleep(1);
    }
    await written(45);
    expect(database.most).toBe(1);
    expect(Math.max(...database.batches)).toBeLessThanOrEqual(10);
    expect(database.names).toEqual(numbers(1, 45));
  });

  it('keeps entries through an outage, tries less and less often, and says so once', async () => {
    const { database, log, add, written } = setUp();
    database.away = true;
    add(12);
    await sleep(200);
    const tries = database.batches.length;
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(16);
    add(3);
    database.away = false;
    await written(15);
    expect(database.names).toEqual(numbers(1, 15));
    expect(log).toMatchObject({ errors: ['audit entries cannot be written, and wait'], warnings: [] });
  });

  it('loses the oldest where too many wait, and says once that it does and then how many', async () => {
    const { writer, database, log, add, written, dropped } = setUp();
    database.away = true;
    add(10);
    await sleep(30);
    add(60);
    await sleep(30);
    expect([writer.backlog, dropped()]).toEqual([50, 20]);
    database.away = false;
    await written(50);
    expect([writer.backlog, dropped()]).toEqual([0, 20]);
    expect(database.names).toEqual(numbers(21, 70));
    expect(log.errors.filter((line) => line.includes('too many'))).toHaveLength(1);
    expect(log.warnings).toEqual(['20 audit entries were lost']);
  });

  it('loses failures before anything else where too many wait', async () => {
    const { database, log, add, written } = setUp();
    database.away = true;
    add(15);
    add(30, 'failure');
    add(20);
    add(10, 'failure');
    await sleep(30);
    database.away = false;
    await written(50);
    const kept = [...numbers(1, 15), ...numbers(41, 75)];
    expect(new Set(database.names)).toEqual(new Set(kept));
    expect(log.warnings).toEqual(['25 audit entries were lost']);
  });

  it('counts nothing as lost that was being written meanwhile', async () => {
    const { database, log, add, written } = setUp();
    database.delayMs = 20;
    add(10);
    add(50);
    await written(60);
    expect(new Set(database.names).size).toBe(60);
    await sleep(10);
    expect(log.warnings).toEqual([]);
  });

  it('writes outside of the request that an entry came from', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const writer = new AuditLogWriter(async () => void seen.push(storage.getStore()), new Log(), {
      batchSize: 2,
      delayMs: 1,
    });
    const add = () => writer.add(toAuditEntry({ event: 'login', outcome: 'success' }));
    storage.run('a request', add);
    await sleep(10);
    storage.run('a request', () => [add(), add()]);
    await sleep(10);
    expect(seen).toEqual([undefined, undefined]);
  });

  it('closes with everything written, even what is being written', async () => {
    const { writer, database, log, add } = setUp({ delayMs: 10_000 });
    database.delayMs = 5;
    add(33);
    await writer.close(1000);
    expect(database.names).toEqual(numbers(1, 33));
    expect(log.errors).toEqual([]);
  });

  it('tries again at once when it is closed amid a pause', async () => {
    const { writer, database, add } = setUp({ firstPauseMs: 10_000, longestPauseMs: 10_000 });
    database.away = true;
    add(10);
    await sleep(10);
    database.away = false;
    const started = Date.now();
    await writer.close(5000);
    expect(database.rows).toHaveLength(10);
    expect(Date.now() - started).toBeLessThan(2000);
  });

  it('closes in time where the database stays away, says what is lost, and never tries again', async () => {
    const { writer, database, log, add } = setUp();
    database.away = true;
    add(12);
    const started = Date.now();
    await writer.close(250);
    expect(Date.now() - started).toBeLessThan(1000);
    expect(log.errors.at(-1)).toBe('the process ends, and 12 audit entries are lost');
    database.away = false;
    add(12);
    await sleep(150);
    expect(database.rows).toEqual([]);
  });
});
