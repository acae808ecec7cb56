import { randomUUID } from 'node:crypto';
import { BlockEntity } from '../../src/audit/block.entity.js';
import { Blocklist } from '../../src/audit/blocklist.service.js';
import { BlocklistSnapshots } from '../../src/audit/blocklist-snapshots.service.js';
import { NonceEntity } from '../../src/audit/nonce.entity.js';
import { Nonces } from '../../src/audit/nonces.service.js';
import { RiskCleaning } from '../../src/audit/risk-cleaning.service.js';
import { backends } from '../support/backends.js';
import { openStorage, type OpenStorage, type ReplicaStorage } from '../support/open-storage.js';

const minute = 60_000;

describe.each(backends)('nonces of two replicas on $name', (backend) => {
  let storage: OpenStorage;
  let nonces: Nonces[];

  beforeAll(async () => {
    storage = await openStorage(backend, 2);
    nonces = storage.replicas.map(({ dataSource }) => new Nonces(dataSource.getRepository(NonceEntity)));
  });
  afterAll(() => storage?.close());

  const [one, two] = [() => nonces[0]!, () => nonces[1]!];
  const rows = () => storage.replicas[0]!.dataSource.getRepository(NonceEntity);

  it('are used once by 100 at the same time, in 20 rounds', async () => {
    for (let round = 0; round < 20; round++) {
      const nonce = randomUUID();
      const used = await Promise.all(
        Array.from({ length: 100 }, (_, i) => nonces[i % 2]!.useOnce('login', nonce, minute)),
      );
      expect(used.filter(Boolean)).toHaveLength(1);
    }
  });

  it('differ by scope and by case', async () => {
    const nonce = `${randomUUID()}-a`;
    expect(await one().useOnce('login', nonce, minute)).toBe(true);
    expect(await two().useOnce('client:a', nonce, minute)).toBe(true);
    expect(await two().useOnce('login', nonce.toUpperCase(), minute)).toBe(true);
    expect(await two().useOnce('login', nonce, minute)).toBe(false);
  });

  it('are not there to be read', async () => {
    const nonce = randomUUID();
    await one().useOnce('login', nonce, minute);
    expect(JSON.stringify(await rows().find())).not.toContain(nonce);
  });

  it('stay used while they last, and are deleted afterwards, more than one batch of them', async () => {
    await rows().clear();
    const kept = randomUUID();
    await one().useOnce('login', kept, minute);
    const old = Array.from({ length: 2500 }, (_, i) => ({ hash: `old ${i}`, expiresAt: Date.now() - 1 }));
    for (let i = 0; i < old.length; i += 500) await rows().insert(old.slice(i, i + 500));
    await Promise.all(nonces.map((some) => some.deleteExpired()));
    expect(await rows().count()).toBe(1);
    expect(await two().useOnce('login', kept, minute)).toBe(false);
  });
});

describe.each(backends)('cleaning up after blocks and nonces on $name', (backend) => {
  let storage: OpenStorage;
  beforeAll(async () => {
    storage = await openStorage(backend, 2);
    await storage.replicas[0]!.store.delete('risk-cleaning');
  });
  afterAll(() => storage?.close());

  const cleaningOf = ({ dataSource, store }: ReplicaStorage) => {
    const blocks = dataSource.getRepository(BlockEntity);
    const blocklist = new Blocklist(blocks, new BlocklistSnapshots(blocks, store));
    return new RiskCleaning(store, blocklist, new Nonces(dataSource.getRepository(NonceEntity)));
  };

  it('is done by one replica an hour, deletes what has ended and nothing else', async () => {
    const { manager } = storage.replicas[0]!.dataSource;
    const block = { kind: 'account' as const, reason: '', createdAt: 1 };
    const later = Date.now() + minute;
    await manager.insert(BlockEntity, [
      { ...block, id: '1', value: 'ended', expiresAt: Date.now() - 1 },
      { ...block, id: '2', value: 'later', expiresAt: later },
      { ...block, id: '3', value: 'never', expiresAt: null },
    ]);
    await manager.insert(NonceEntity, [
      { hash: 'ended', expiresAt: Date.now() - 1 },
      { hash: 'later', expiresAt: later },
    ]);
    const cleanings = storage.replicas.map(cleaningOf);
    await Promise.all(cleanings.map((cleaning) => cleaning.clean()));
    expect((await manager.find(BlockEntity)).map(({ value }) => value).sort()).toEqual(['later', 'never']);
    expect((await manager.find(NonceEntity)).map(({ hash }) => hash)).toEqual(['later']);

    await manager.insert(NonceEntity, { hash: 'ended too', expiresAt: 1 });
    for (const cleaning of cleanings) await cleaning.clean();
    expect(await manager.existsBy(NonceEntity, { hash: 'ended too' })).toBe(true);
  });

  it('fails no process where the database is away', async () => {
    const { store, dataSource } = storage.replicas[1]!;
    await store.delete('risk-cleaning');
    const cleaning = cleaningOf({ store, dataSource });
    await dataSource.destroy();
    await expect(cleaning.clean()).resolves.toBeUndefined();
  });
});
