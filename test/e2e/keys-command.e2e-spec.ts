import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeProtectedHeader } from 'jose';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { shared, type OpenBackend } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { productionEnv } from '../support/production-env.js';
import { freePort } from '../support/services/probe.js';
import {
  newFolder,
  runScript,
  spawnService,
  startProcess,
  type RunningProcess,
} from '../support/start-process.js';
import { startSimulator, type RunningSimulator } from '../support/start-simulator.js';

const base64Key = () => randomBytes(32).toString('base64');

describe('the keys command beside the built service', () => {
  let storage: OpenBackend;
  let simulator: RunningSimulator;
  let env: Record<string, string>;
  const oldKey = `old:${base64Key()}`;
  const newKey = `new:${base64Key()}`;
  beforeAll(async () => {
    storage = await shared.open();
    simulator = await startSimulator();
    env = { ...productionEnv(simulator), ENCRYPTION_KEYS: oldKey, ...storage.env };
  });
  const started: RunningProcess[] = [];
  const start = async (extra: Record<string, string> = {}) => {
    const running = await startProcess({ ...env, ...extra });
    started.push(running);
    return running;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((running) => running.end()));
  });
  afterAll(async () => {
    await simulator?.close();
    await storage?.close();
  });

  const keys = (args: string[], extra: Record<string, string> = {}) =>
    runScript('keys.js', args, { ...env, ...extra });
  const states = async () => {
    const { exit, output } = await keys(['list']);
    expect(exit).toBe(0);
    return output
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/) as [string, string, string, string]);
  };

  it('rotates, lists, removes and reseals; what was signed and sealed before survives', async () => {
    const service = await start();
    const { data } = await stranger(simulator).logIn(service);
    const firstKid = decodeProtectedHeader(data.accessToken).kid!;
    expect(await states()).toEqual([
      [firstKid, '1', 'ES256', 'current', expect.stringContaining('signs from')],
    ]);

    expect(await keys(['rotate'], { JWT_ALGORITHM: 'RS256' })).toMatchObject({
      exit: 0,
      output: expect.stringMatching(/^key 2 \(RS256\) [\w-]{43} signs from 20/),
    });
    expect((await states()).map(([, , , state]) => state)).toEqual(['current', 'next']);
    expect(await keys(['rotate', '--now'])).toMatchObject({ exit: 0 });
    const deadline = Date.now() + 10_000;
    while ((await states())[2]![3] !== 'current' && Date.now() < deadline);
    expect((await states()).map(([, , , state]) => state)).toEqual(['retiring', 'overtaken', 'current']);

    const both = { ENCRYPTION_KEYS: `${newKey},${oldKey}` };
    const restarted = await start(both);
    await service.end();
    expect(await keys(['reseal'], both)).toMatchObject({
      exit: 0,
      output: expect.stringContaining(
        'signing_keys.private_sealed: 3 resealed, 0 were already, 0 cannot be opened',
      ),
    });
    expect(await keys(['reseal'], both)).toMatchObject({
      output: expect.stringContaining('0 resealed, 3 were'),
    });
    await restarted.end();
    env.ENCRYPTION_KEYS = newKey;

    const last = await start();
    const me = () => last.api('GET', '/users/me', undefined, { token: data.accessToken });
    expect((await me()).status).toBe(200);
    expect((await last.api('POST', '/auth/refresh', { refreshToken: data.refreshToken })).status).toBe(200);

    const [[leaked], , [signing]] = (await states()) as [[string], unknown, [string]];
    expect(await keys(['remove', signing])).toMatchObject({
      exit: 1,
      output: expect.stringContaining('signs'),
    });
    expect(await keys(['remove', 'nobody'])).toMatchObject({ exit: 1 });
    expect(await keys(['remove', leaked])).toMatchObject({ exit: 0 });
    const gone = Date.now() + 10_000;
    while ((await me()).status === 200 && Date.now() < gone) await sleep(50);
    expect(await me()).toMatchObject({ status: 401, error: 'token_invalid' });
  }, 90_000);

  it('writes what it did into the audit log, and how it ended', async () => {
    const acts = async () => {
      const dataSource = await openDatabase(loadConfig(env).database, schema);
      const rows = await dataSource.getRepository(AuditEntryEntity).find({ order: { id: 'ASC' } });
      await dataSource.destroy();
      return rows.filter(({ userId }) => userId === null).map((row) => `${row.event} ${row.outcome}`);
    };
    const before = await acts();
    expect(before).toEqual([
      'signing_key_rotated success',
      'signing_key_rotated success',
      'columns_resealed success',
      'columns_resealed success',
      'signing_key_removed success',
    ]);
    expect(await keys(['reseal'], { ENCRYPTION_KEYS: `other:${base64Key()}` })).toMatchObject({ exit: 1 });
    expect((await acts()).slice(before.length)).toEqual(['columns_resealed failure']);
  });

  it('calls a key that does not open what it is, and takes it away', async () => {
    const stray = { ENCRYPTION_KEYS: `stray:${base64Key()},${newKey}` };
    expect(await keys(['rotate', '--now'], stray)).toMatchObject({ exit: 0 });
    const [kid, , , state] = (await states()).at(-1)!;
    expect(state).toBe('sealed');
    expect(await keys(['remove', kid])).toMatchObject({ exit: 0 });
    expect((await states()).map(([, , , one]) => one)).not.toContain('sealed');
  });

  it('names what no key opens and exits 1', async () => {
    const stranger = { ENCRYPTION_KEYS: `other:${base64Key()}` };
    const { exit, output } = await keys(['reseal'], stranger);
    expect(exit).toBe(1);
    expect(output).toMatch(/signing_keys\.private_sealed: .*2 cannot be opened\n/);
    expect(output).toMatch(/\n {2}signing_keys [\w-]{43}: .*no key new/);
    expect(await keys(['rotate'], stranger)).toMatchObject({
      exit: 78,
      output: expect.stringContaining('ENCRYPTION_KEYS does not open the signing key'),
    });
  });

  it('explains itself and leaves the file of an operator alone', async () => {
    for (const args of [[], ['turn'], ['rotate', '--never'], ['remove']])
      expect(await keys(args)).toMatchObject({
        exit: 64,
        output: expect.stringContaining('usage: keys rotate'),
      });
    expect(await keys(['rotate'], { SIGNING_KEYS_FILE: '/run/secrets/keys.json' })).toMatchObject({
      exit: 78,
      output: expect.stringContaining('SIGNING_KEYS_FILE holds the signing keys'),
    });
  });

  it('a SIGNING_KEYS_FILE with faults stops the service with exit 78 and none of its content', async () => {
    const file = join(newFolder(), 'signing-keys.json');
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    writeFileSync(
      file,
      JSON.stringify({
        keys: [
          { ...key, crv: 'P-521' },
          { kty: 'oct', k: key.d },
        ],
      }),
    );
    const service = await spawnService({ ...env, SIGNING_KEYS_FILE: file, PORT: String(await freePort()) });
    expect(await service.exited).toBe(78);
    expect(service.output()).toMatch(/SIGNING_KEYS_FILE .*keys\.0\.crv must be P-256/);
    expect(service.output()).toMatch(/SIGNING_KEYS_FILE .*keys\.1\.kty must be EC or RSA/);
    for (const secret of [key.d!, key.x!]) expect(service.output()).not.toContain(secret);
  });
});
