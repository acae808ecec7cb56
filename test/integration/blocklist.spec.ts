import { setTimeout as sleep } from 'node:timers/promises';
import { BlockEntity } from '../../src/audit/block.entity.js';
import { Blocklist, type NewBlock } from '../../src/audit/blocklist.service.js';
import { BlocklistSnapshots } from '../../src/audit/blocklist-snapshots.service.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { toAppError } from '../../src/platform/http/to-app-error.js';
import { backends } from '../support/backends.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';

const minute = 60_000;

describe.each(backends)('the blocklist of two replicas on $name', (backend) => {
  let storage: OpenStorage;
  let snapshots: BlocklistSnapshots[];
  let blocklists: Blocklist[];

  beforeAll(async () => {
    storage = await openStorage(backend, 2);
  });
  afterAll(() => storage?.close());

  beforeEach(async () => {
    snapshots = storage.replicas.map(
      ({ dataSource, store }) => new BlocklistSnapshots(dataSource.getRepository(BlockEntity), store),
    );
    blocklists = storage.replicas.map(
      ({ dataSource }, i) => new Blocklist(dataSource.getRepository(BlockEntity), snapshots[i]!),
    );
    await rows().clear();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    snapshots.forEach((some) => some.onApplicationShutdown());
  });

  const [one, two] = [() => blocklists[0]!, () => blocklists[1]!];
  const rows = () => storage.replicas[0]!.dataSource.getRepository(BlockEntity);
  const block = (value: string, more: Partial<NewBlock> = {}): NewBlock => ({
    kind: 'address',
    value,
    reason: 'abuse',
    expiresAt: null,
    ...more,
  });
  const outcome = (act: Promise<unknown>) =>
    act.then(
      () => 'free',
      (error: unknown) => toAppError(error).error,
    );
  const asks = (blocklist: Blocklist, address: string, account?: string) =>
    outcome(blocklist.requireFree({ address, account }));
  const listening = async () => {
    snapshots.forEach((some) => some.onApplicationBootstrap());
    await sleep(100);
  };
  /** Milliseconds until the answer is this. */
  const until = async (answer: string, blocklist: Blocklist, address: string) => {
    const started = Date.now();
    while ((await asks(blocklist, address)) !== answer) {
      if (Date.now() - started > 5000) throw new Error('never');
      await sleep(5);
    }
    return Date.now() - started;
  };

  it('refuses addresses in every spelling, ranges, and accounts in any case', async () => {
    expect(await asks(one(), '203.0.113.7', 'mallory')).toBe('free');
    await one().add(block('::ffff:203.0.113.7'));
    await one().add(block('198.51.100.77/24'));
    await one().add(block('2001:DB8::/64'));
    await one().add(block('Mallory', { kind: 'account' }));
    expect(await asks(one(), '203.0.113.7')).toBe('blocked');
    expect(await asks(one(), '::ffff:cb00:7107')).toBe('blocked');
    expect(await asks(one(), '198.51.100.1')).toBe('blocked');
    expect(await asks(one(), '2001:db8::1')).toBe('blocked');
    expect(await asks(one(), '203.0.113.8', 'MALLORY')).toBe('blocked');
    expect(await asks(one(), '203.0.113.8', 'alice')).toBe('free');
    expect(await asks(one(), '2001:db8:0:1::1')).toBe('free');
  });

  it('keeps values in one spelling and tells of them', async () => {
    expect(await one().add(block('10.0.0.1/8', { expiresAt: 1_900_000_000_123 }))).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: 'address',
      value: '10.0.0.0/8',
      reason: 'abuse',
      createdAt: expect.stringMatching(/^20\d\d-.*Z$/),
      expiresAt: '2030-03-17T17:46:40.123Z',
    });
    expect(await one().add(block('Mallory', { kind: 'account' }))).toMatchObject({
      value: 'mallory',
      expiresAt: null,
    });
  });

  it.each([
    ['address', '0.0.0.0/0'],
    ['address', 'mallory'],
    ['address', ''],
    ['account', ''],
    ['account', ' mallory'],
    ['account', 'm'.repeat(65)],
  ] as const)('refuses the %s %j by its field', async (kind, value) => {
    const error = await one()
      .add(block(value, { kind }))
      .catch((thrown: unknown) => thrown as AppError);
    expect(error).toMatchObject({ error: 'invalid_request' });
    for (const language of ['zh', 'en'] as const) {
      expect((error as AppError).detailsIn(language)).toEqual({
        fields: [{ path: 'value', message: expect.any(String) }],
      });
    }
    expect(await rows().count()).toBe(0);
  });

  it('is seen at once by the replica that changes it', async () => {
    for (let i = 0; i < 20; i++) {
      const { id } = await one().add(block('203.0.113.7'));
      expect(await asks(one(), '203.0.113.7')).toBe('blocked');
      await one().remove(id);
      expect(await asks(one(), '203.0.113.7')).toBe('free');
    }
  });

  it('is seen by the other replica at its word', async () => {
    await listening();
    for (let i = 0; i < 10; i++) {
      const address = `203.0.113.${i}`;
      expect(await asks(two(), address)).toBe('free');
      const { id } = await one().add(block(address));
      // Sooner than what is remembered grows too old.
      expect(await until('blocked', two(), address)).toBeLessThan(400);
      await one().remove(id);
      expect(await until('free', two(), address)).toBeLessThan(400);
    }
  });

  it('is seen by the other replica within a second also where the word of it never comes', async () => {
    jest.spyOn(storage.replicas[0]!.store, 'publish').mockResolvedValue(undefined);
    await listening();
    for (let i = 0; i < 3; i++) {
      expect(await asks(two(), `203.0.113.${i}`)).toBe('free');
      await one().add(block(`203.0.113.${i}`));
      expect(await until('blocked', two(), `203.0.113.${i}`)).toBeLessThan(1000);
    }
  });

  it('is changed also where the word of it cannot be sent', async () => {
    jest.spyOn(storage.replicas[0]!.store, 'publish').mockRejectedValue(new Error('gone'));
    const { id } = await one().add(block('203.0.113.7'));
    expect(await asks(one(), '203.0.113.7')).toBe('blocked');
    await one().remove(id);
    expect(await asks(one(), '203.0.113.7')).toBe('free');
  });

  it('asks the database once for all who come at the same moment, and not again for half a second', async () => {
    const query = jest.spyOn(storage.replicas[0]!.dataSource.getRepository(BlockEntity), 'query');
    await Promise.all(Array.from({ length: 200 }, () => asks(one(), '203.0.113.7')));
    for (let i = 0; i < 50; i++) await asks(one(), '203.0.113.7');
    expect(query).toHaveBeenCalledTimes(1);
    await sleep(550);
    await Promise.all(Array.from({ length: 200 }, () => asks(one(), '203.0.113.7')));
    expect(query).toHaveBeenCalledTimes(2);
  });

  it('lets a block end to the millisecond, although it was remembered as standing', async () => {
    const expiresAt = Date.now() + 300;
    await one().add(block('203.0.113.7', { expiresAt }));
    for (;;) {
      const answer = await asks(one(), '203.0.113.7');
      if (Date.now() >= expiresAt) break;
      expect(answer).toBe('blocked');
      await sleep(1);
    }
    expect(await asks(one(), '203.0.113.7')).toBe('free');
  });

  it('makes one row of 100 blocks of one value at the same time, and all get its id', async () => {
    const spellings = ['203.0.113.7', '::ffff:203.0.113.7', '::ffff:cb00:7107', '203.0.113.7/32'];
    const added = await Promise.all(
      Array.from({ length: 100 }, (_, i) => blocklists[i % 2]!.add(block(spellings[i % 4]!))),
    );
    expect(new Set(added.map(({ id }) => id)).size).toBe(1);
    expect(await rows().count()).toBe(1);
  });

  it('blocked again by hand has the new reason and the new end, later or earlier', async () => {
    const { id } = await one().add(block('203.0.113.7'));
    const expiresAt = Date.now() + minute;
    expect(await two().add(block('203.0.113.7', { reason: 'less', expiresAt }))).toMatchObject({
      id,
      reason: 'less',
      expiresAt: new Date(expiresAt).toISOString(),
    });
    expect(await one().add(block('203.0.113.7', { reason: 'more' }))).toMatchObject({ id, expiresAt: null });
  });

  it('by rule is made longer, never shorter', async () => {
    const now = Date.now();
    const prolong = (ms: number) => one().prolong({ ...block('203.0.113.7'), expiresAt: now + ms });
    expect(await prolong(2 * minute)).toBe(true);
    expect(await prolong(minute)).toBe(false);
    expect(await prolong(3 * minute)).toBe(true);
    expect((await rows().find()).map(({ expiresAt }) => expiresAt)).toEqual([now + 3 * minute]);
    await one().add(block('203.0.113.7'));
    expect(await prolong(10 * minute)).toBe(false);
    expect((await rows().find()).map(({ expiresAt }) => expiresAt)).toEqual([null]);
  });

  it('by rule of 100 at the same time, ends with the last of them', async () => {
    const now = Date.now();
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        blocklists[i % 2]!.prolong({ ...block('203.0.113.7'), expiresAt: now + minute + i }),
      ),
    );
    expect((await rows().find()).map(({ expiresAt }) => expiresAt)).toEqual([now + minute + 99]);
  });

  it('begins anew where a block of the same value has ended and still lies there', async () => {
    await one().add(block('203.0.113.7', { expiresAt: Date.now() - 1 }));
    expect(await asks(one(), '203.0.113.7')).toBe('free');
    expect(await one().prolong({ ...block('203.0.113.7'), expiresAt: Date.now() + minute })).toBe(true);
    expect(await asks(one(), '203.0.113.7')).toBe('blocked');
  });

  it('lets one of 20 at the same time take a block away', async () => {
    const { id } = await one().add(block('203.0.113.7'));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => outcome(blocklists[i % 2]!.remove(id))),
    );
    expect(outcomes.filter((name) => name === 'free')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['free', 'not_found']));
    expect(await outcome(one().remove('no such id'))).toBe('not_found');
  });

  it('lists what stands, newest first, page by page', async () => {
    for (let i = 0; i < 5; i++) await one().add(block(`203.0.113.${i}`));
    await one().add(block('198.51.100.1', { expiresAt: Date.now() - 1 }));
    await one().add(block('198.51.100.2', { expiresAt: Date.now() + minute }));
    const seen: string[][] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await two().list(cursor, 2);
      seen.push(items.map(({ value }) => value));
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([
      ['198.51.100.2', '203.0.113.4'],
      ['203.0.113.3', '203.0.113.2'],
      ['203.0.113.1', '203.0.113.0'],
    ]);
    expect(await two().list(undefined, 6)).toMatchObject({ nextCursor: null });
  });

  it('refuses everyone with dependency_unavailable once the database is away and what is remembered too old', async () => {
    await one().add(block('203.0.113.7'));
    expect(await asks(one(), '203.0.113.7')).toBe('blocked');
    const gone = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    const repository = storage.replicas[0]!.dataSource.getRepository(BlockEntity);
    const query = jest.spyOn(repository, 'query').mockRejectedValue(gone);
    expect(await asks(one(), '203.0.113.8')).toBe('free');
    await sleep(550);
    expect(await asks(one(), '203.0.113.7')).toBe('dependency_unavailable');
    expect(await asks(one(), '203.0.113.8')).toBe('dependency_unavailable');
    query.mockRestore();
    expect(await asks(one(), '203.0.113.7')).toBe('blocked');
    expect(await asks(one(), '203.0.113.8')).toBe('free');
  });
});
