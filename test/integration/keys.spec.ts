import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ConfigError } from '../../src/platform/config/config-error.js';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { reseal } from '../../src/platform/crypto/reseal.js';
import { SealedColumn } from '../../src/platform/crypto/sealed-column.js';
import { Sealer } from '../../src/platform/crypto/sealer.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { sealedColumns } from '../../src/sealed-columns.js';
import { openSigningKeyRows, sealedPrivateKeys } from '../../src/session/signing-key-rows.js';
import { backends, type OpenBackend } from '../support/backends.js';

const encryptionKey = (id: string) => ({ id, key: randomBytes(32) });

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
