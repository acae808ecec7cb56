import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AddSigningKeyTokenTtl1763800000000 } from '../../migrations/1763800000000-add-signing-key-token-ttl.js';
import type { Config } from '../../src/platform/config/config.js';
import { ConfigError } from '../../src/platform/config/config-error.js';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { reseal } from '../../src/platform/crypto/reseal.js';
import { SealedColumn } from '../../src/platform/crypto/sealed-column.js';
import { Sealer } from '../../src/platform/crypto/sealer.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { sealedColumns } from '../../src/sealed-columns.js';
import { SigningKeyRing, type RingKey } from '../../src/session/signing-key-ring.js';
import { openSigningKeyRows, sealedPrivateKeys, SigningKeyRows } from '../../src/session/signing-key-rows.js';
import { SigningKeyEntity } from '../../src/session/signing-key.entity.js';
import { SigningKeysDatabase } from '../../src/session/signing-keys-database.js';
import { backends, type OpenBackend } from '../support/backends.js';

const encryptionKey = (id: string) => ({ id, key: randomBytes(32) });
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const settings: Config['jwt'] = {
  issuer: 'https://login.example.test',
  audience: 'wxpass',
  accessTtlMs: 15 * minuteMs,
  algorithm: 'ES256',
  typ: 'at+jwt',
  keysFile: undefined,
};
const kidsOf = (keys: { kid: string }[]) => keys.map(({ kid }) => kid);
const signerOf = (keys: RingKey[]) => new SigningKeyRing(keys).signer();

describe.each(backends)('signing keys on $name', (backend) => {
  let storage: OpenBackend;
  const opened: DataSource[] = [];
  const oldKey = encryptionKey('old');
  const sealer = new Sealer([oldKey]);

  const open = async () => {
    const dataSource = await openDatabase(
      loadDatabaseConfig({ ...storage.env, DATABASE_MIGRATE: 'true' }),
      schema,
    );
    opened.push(dataSource);
    return dataSource;
  };
  const rowsOf = async (seals = sealer) => openSigningKeyRows(await open(), seals);

  beforeEach(async () => {
    storage = await backend.open();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
    await storage?.close();
  });

  it('begin with one, where five processes make the first at once', async () => {
    const replicas = await Promise.all(Array.from({ length: 5 }, () => rowsOf()));
    const loaded = await Promise.all(replicas.map((rows) => rows.loadOrCreate('ES256')));
    expect(new Set(loaded.map((rows) => rows.map(({ kid }) => kid).join())).size).toBe(1);
    expect(loaded[0]).toHaveLength(1);
    expect(loaded[0]![0]).toMatchObject({ sequence: 1, algorithm: 'ES256' });
  });

  it('follow each other in one line, where five rotations happen at once', async () => {
    const commands = await Promise.all(Array.from({ length: 5 }, () => rowsOf()));
    await commands[0]!.loadOrCreate('ES256');
    const made = await Promise.all(commands.map((rows, i) => rows.rotate('ES256', 1000 + i)));
    const rows = await commands[0]!.load();
    expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(
      made
        .map(({ kid }) => kid)
        .sort()
        .join(),
    ).toBe(
      rows
        .slice(1)
        .map(({ kid }) => kid)
        .sort()
        .join(),
    );
    for (const row of rows) expect(commands[0]!.open(row)).toHaveProperty('d');
  });

  it('take the algorithm they are asked for', async () => {
    const rows = await rowsOf();
    await rows.loadOrCreate('ES256');
    const { kid } = await rows.rotate('RS256', 1);
    const row = (await rows.load()).find((one) => one.kid === kid)!;
    expect(row.algorithm).toBe('RS256');
    expect(Buffer.from(rows.open(row).n!, 'base64url')).toHaveLength(256);
    expect(JSON.parse(row.publicJwk)).not.toHaveProperty('d');
  });

  it('are not rotated by one who cannot open them', async () => {
    const rows = await rowsOf();
    await rows.loadOrCreate('ES256');
    const stranger = await rowsOf(new Sealer([encryptionKey('other')]));
    await expect(stranger.rotate('ES256', 1)).rejects.toThrow(ConfigError);
    expect(await rows.load()).toHaveLength(1);
  });

  it('do not open where two rows swapped what is sealed', async () => {
    const dataSource = await open();
    const rows = openSigningKeyRows(dataSource, sealer);
    await rows.loadOrCreate('ES256');
    await rows.rotate('ES256', 1);
    const [one, two] = await rows.load();
    const put = (kid: string, sealed: string) =>
      dataSource.query('UPDATE signing_keys SET private_sealed = ? WHERE kid = ?', [sealed, kid]);
    await put(one!.kid, two!.privateSealed);
    await put(two!.kid, one!.privateSealed);
    for (const row of await rows.load())
      expect(() => rows.open(row)).toThrow('ENCRYPTION_KEYS does not open');
    const { unopened, resealed } = await reseal(
      dataSource,
      new Sealer([encryptionKey('new'), oldKey]),
      sealedPrivateKeys,
    );
    expect(resealed).toBe(0);
    expect(unopened.map(({ id }) => id).sort()).toEqual([one!.kid, two!.kid].sort());
    for (const { privateSealed } of await rows.load())
      expect(JSON.stringify(unopened)).not.toContain(privateSealed);
  });

  describe('in a process', () => {
    const strayKey = encryptionKey('stray');
    const both = new Sealer([strayKey, oldKey]);
    let dataSource: DataSource;
    let errors: string[];

    beforeEach(async () => {
      dataSource = await open();
      errors = [];
      const ignore = () => undefined;
      Logger.overrideLogger({ log: ignore, warn: ignore, error: (text: string) => errors.push(text) });
    });
    afterEach(() => Logger.overrideLogger(false));

    const processWith = (accessTtlMs = settings.accessTtlMs, seals = sealer) =>
      new SigningKeysDatabase(openSigningKeyRows(dataSource, seals), { ...settings, accessTtlMs });
    /** Makes the next key, as if it had taken over some time ago. */
    const rotateAgo = async (agoMs: number, seals = sealer) =>
      (await openSigningKeyRows(dataSource, seals).rotate('ES256', Date.now() - agoMs)).kid;
    const takeOverAgo = (kid: string, agoMs: number) =>
      dataSource.manager.update(SigningKeyEntity, { kid }, { signsFrom: Date.now() - agoMs });
    const ttlOf = async (kid: string) =>
      (await dataSource.manager.findOneByOrFail(SigningKeyEntity, { kid })).tokenTtlMs;

    it('stay as long as the tokens of the process that issues the longest', async () => {
      const [short, long] = [processWith(15 * minuteMs), processWith(4 * hourMs)];
      const [first] = kidsOf(await short.load());
      expect(await ttlOf(first!)).toBe(15 * minuteMs);
      await long.load();
      expect(await ttlOf(first!)).toBe(4 * hourMs);
      await short.load();
      expect(await ttlOf(first!)).toBe(4 * hourMs);

      const second = await rotateAgo(4 * hourMs);
      for (const one of [short, long]) expect(kidsOf(await one.load())).toEqual([first, second]);
      await takeOverAgo(second, 4 * hourMs + 2 * minuteMs);
      expect(kidsOf(await short.load())).toEqual([second]);
      expect(await dataSource.manager.countBy(SigningKeyEntity, { kid: first! })).toBe(0);
    });

    it('know the longest life, where many processes begin at once', async () => {
      const ttls = Array.from({ length: 12 }, (_, i) => (i + 1) * minuteMs);
      const loaded = await Promise.all(ttls.map((ttlMs) => processWith(ttlMs).load()));
      expect(await ttlOf(loaded[0]![0]!.kid)).toBe(12 * minuteMs);
    });

    it('are told of the life of tokens only by who may sign with them', async () => {
      const [first] = kidsOf(await processWith().load());
      await rotateAgo(minuteMs);
      const third = await rotateAgo(-10 * minuteMs);
      await processWith(4 * hourMs).load();
      expect(await ttlOf(first!)).toBe(15 * minuteMs);
      expect(await ttlOf(third)).toBe(4 * hourMs);
    });

    it('are not taken away by one who read them before another began to use them', async () => {
      const rows = openSigningKeyRows(dataSource, sealer);
      const [read] = await rows.loadOrCreate('ES256');
      await rows.raiseTokenTtl(read!.kid, hourMs);
      await rows.retire([read!]);
      expect(await ttlOf(read!.kid)).toBe(hourMs);
      await rows.retire(await rows.load());
      expect(await rows.load()).toEqual([]);
    });

    it('from before they knew the life of their tokens stay for a day', async () => {
      const [first] = kidsOf(await processWith().load());
      const second = await rotateAgo(23 * hourMs);
      const migration = new AddSigningKeyTokenTtl1763800000000();
      const runner = dataSource.createQueryRunner();
      await migration.down(runner);
      await migration.up(runner);
      await runner.release();
      expect([await ttlOf(first!), await ttlOf(second)]).toEqual([24 * hourMs, 24 * hourMs]);
      expect(kidsOf(await processWith().load())).toEqual([first, second]);
      await takeOverAgo(second, 25 * hourMs);
      expect(kidsOf(await processWith().load())).toEqual([second]);
    });

    it('verify where ENCRYPTION_KEYS does not open them, and the newest that opens signs', async () => {
      const [first] = kidsOf(await processWith().load());
      const stray = await rotateAgo(minuteMs, both);
      const able = await processWith(undefined, both).load();
      expect(signerOf(able).kid).toBe(stray);

      const replica = processWith();
      const keys = await replica.load();
      expect(new SigningKeyRing(keys).jwks()).toEqual(new SigningKeyRing(able).jwks());
      expect(signerOf(keys).kid).toBe(first);
      const token = signerOf(able).jwt.sign({ sub: 'someone' });
      expect(keys[1]!.jwt.verify<object>(token)).toMatchObject({ sub: 'someone' });

      const next = await rotateAgo(0);
      expect(signerOf(await replica.load()).kid).toBe(next);
    });

    it('that cannot be opened are told of once, by name and with the remedy', async () => {
      await processWith().load();
      const replica = processWith();
      const stray = await rotateAgo(0, both);
      for (let i = 0; i < 3; i++) await replica.load();
      expect(errors).toEqual([
        expect.stringMatching(`ENCRYPTION_KEYS does not open the signing key ${stray}`),
      ]);
      expect(errors[0]).toContain('npm run keys:rotate (in the container: node dist/src/keys.js rotate)');

      await reseal(dataSource, new Sealer([oldKey, strayKey]), sealedPrivateKeys);
      expect(signerOf(await replica.load()).kid).toBe(stray);
      expect(errors).toHaveLength(1);
    });

    it('stay for as long as one signs with them in the place of another, in every process', async () => {
      const replica = processWith();
      const [first] = kidsOf(await replica.load());
      const stray = await rotateAgo(0, both);
      await takeOverAgo(stray, 7 * 24 * hourMs);
      expect(kidsOf(await replica.load())).toEqual([first, stray]);
      const update = jest.spyOn(SigningKeyRows.prototype, 'raiseTokenTtl');
      for (let i = 0; i < 3; i++) await replica.load();
      expect(update).not.toHaveBeenCalled();
      update.mockRestore();
      expect(kidsOf(await processWith(undefined, both).load())).toEqual([first, stray]);
      await takeOverAgo(stray, 7 * 24 * hourMs + hourMs);
      expect(kidsOf(await processWith(undefined, both).load())).toEqual([stray]);
    });

    it('are refused where ENCRYPTION_KEYS opens none of them', async () => {
      const [first] = kidsOf(await processWith().load());
      const lost = processWith(undefined, new Sealer([encryptionKey('other')]));
      await expect(lost.load()).rejects.toThrow(`does not open the signing key ${first}`);
      await expect(lost.load()).rejects.toThrow(ConfigError);
      expect(await dataSource.manager.countBy(SigningKeyEntity, {})).toBe(1);
    });

    it('that cannot be opened and have no public half are left out', async () => {
      const [first] = kidsOf(await processWith().load());
      const broken = await rotateAgo(0, both);
      await dataSource.manager.update(SigningKeyEntity, { kid: broken }, { publicJwk: '{"kty":"EC"' });
      expect(kidsOf(await processWith().load())).toEqual([first]);
      expect(errors).toEqual([expect.stringContaining('it is of no use')]);
    });
  });

  describe('resealing a column', () => {
    const column = new SealedColumn('things', 'id', 'thing_sealed');
    const newKey = encryptionKey('new');
    const both = new Sealer([newKey, oldKey]);
    let dataSource: DataSource;
    const idOf = (i: number) => `thing-${String(i).padStart(4, '0')}`;
    const valueOf = async (i: number) => {
      const [row] = await dataSource.query<{ thing_sealed: string }[]>(
        'SELECT thing_sealed FROM things WHERE id = ?',
        [idOf(i)],
      );
      return row!.thing_sealed;
    };

    beforeEach(async () => {
      dataSource = await open();
      await dataSource.query('CREATE TABLE things (id VARCHAR(36) PRIMARY KEY, thing_sealed TEXT)');
      const values = Array.from({ length: 450 }, (_, i) => [
        idOf(i),
        i % 10 === 0 ? null : sealer.seal(`thing ${i}`, column.placeOf(idOf(i))),
      ]);
      await dataSource.query(
        `INSERT INTO things VALUES ${values.map(() => '(?, ?)').join(', ')}`,
        values.flat(),
      );
    });

    it('makes the old key needless, and finds nothing to do a second time', async () => {
      expect(await reseal(dataSource, both, column)).toMatchObject({
        resealed: 405,
        current: 0,
        unopened: [],
      });
      expect(await reseal(dataSource, both, column)).toMatchObject({
        resealed: 0,
        current: 405,
        unopened: [],
      });
      const alone = new Sealer([newKey]);
      expect(alone.open(await valueOf(449), column.placeOf(idOf(449)))).toBe('thing 449');
      expect(await reseal(dataSource, alone, column)).toMatchObject({ current: 405, unopened: [] });
    });

    it('never takes back what others write meanwhile', async () => {
      const writing = Array.from({ length: 400 }, async (_, i) => {
        const sealed = (i % 2 ? sealer : both).seal(`newer ${i}`, column.placeOf(idOf(i)));
        await dataSource.query('UPDATE things SET thing_sealed = ? WHERE id = ?', [sealed, idOf(i)]);
      });
      const [{ unopened }] = await Promise.all([reseal(dataSource, both, column), ...writing]);
      expect(unopened).toEqual([]);
      await reseal(dataSource, both, column);
      for (let i = 0; i < 400; i += 7) {
        expect(new Sealer([newKey]).open(await valueOf(i), column.placeOf(idOf(i)))).toBe(`newer ${i}`);
      }
    });

    it('looks again where a value changes between reading and writing', async () => {
      const query = dataSource.query.bind(dataSource);
      const won = sealer.seal('won', column.placeOf(idOf(1)));
      jest.spyOn(dataSource, 'query').mockImplementationOnce(async (...parameters) => {
        const rows: unknown = await query(...parameters);
        await query('UPDATE things SET thing_sealed = ? WHERE id = ?', [won, idOf(1)]);
        return rows;
      });
      expect(await reseal(dataSource, both, column)).toMatchObject({ resealed: 405, unopened: [] });
      expect(new Sealer([newKey]).open(await valueOf(1), column.placeOf(idOf(1)))).toBe('won');
    });

    it('goes on past what no key opens, and names it', async () => {
      const lost = new Sealer([encryptionKey('lost')]).seal('x', column.placeOf(idOf(5)));
      await dataSource.query('UPDATE things SET thing_sealed = ? WHERE id = ?', [lost, idOf(5)]);
      const report = await reseal(dataSource, both, column);
      expect(report).toMatchObject({ resealed: 404, unopened: [{ id: idOf(5) }] });
      expect(report.unopened[0]!.reason).toContain('no key lost');
      expect(await valueOf(5)).toBe(lost);
    });
  });

  it('and every other sealed column are known to reseal', async () => {
    const { entityMetadatas } = await open();
    const named = entityMetadatas.flatMap(({ tableName, columns }) =>
      columns
        .map(({ databaseName }) => `${tableName}.${databaseName}`)
        .filter((name) => name.endsWith('_sealed')),
    );
    expect(sealedColumns.map(String).sort()).toEqual(named.sort());
    for (const { table, key } of sealedColumns) {
      const { primaryColumns } = entityMetadatas.find(({ tableName }) => tableName === table)!;
      expect(primaryColumns.map(({ databaseName }) => databaseName)).toEqual([key]);
    }
  });
});
