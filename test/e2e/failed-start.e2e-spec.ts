import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shared, type OpenBackend } from '../support/backends.js';
import { freePort } from '../support/services/probe.js';
import { newFolder, runScript, spawnScript, spawnService } from '../support/start-process.js';

const started = { NODE_ENV: 'development', HOST: '127.0.0.1', LOG_LEVEL: 'error' };

interface Place {
  cwd?: string;
  /** A script below dist/src, or by its whole path. */
  script?: string;
}

/** What an operator sees, and for how long it took. */
async function refusal(env: Record<string, string>, { cwd = newFolder(), script = 'main.js' }: Place = {}) {
  const since = Date.now();
  const port = String(await freePort());
  const service = await spawnScript(script, [], { PORT: port, ...started, ...env }, cwd);
  const exit = await service.exited;
  return { exit, lines: service.output().trimEnd().split('\n'), ms: Date.now() - since };
}

/** Kept for documents (RFC 5737), so that no machine has it. */
const foreignAddress = '203.0.113.7';

describe('a start that fails says in a line what is wrong, and where to mend it:', () => {
  it('the simulator is asked for where there is none, as in the image for production', async () => {
    const folder = newFolder();
    const isSimulator = (path: string) => path.includes(join('dist', 'src', 'simulator'));
    cpSync('dist', join(folder, 'dist'), { recursive: true, filter: (path) => !isSimulator(path) });
    cpSync('package.json', join(folder, 'package.json'));
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    const { exit, lines } = await refusal({}, { cwd: folder, script: join(folder, 'dist/src/main.js') });
    expect([exit, lines]).toEqual([
      78,
      [
        'wxpass cannot start, the configuration has 1 fault(s):',
        expect.stringMatching(/^ {2}SIMULATOR .*no part of this image.*WeChat app.*image target trial$/),
        expect.stringMatching(/^ {4}example: /),
      ],
    ]);
  });

  it('of MySQL, where nothing listens', async () => {
    const place = `127.0.0.1:${await freePort()}`;
    const { exit, lines, ms } = await refusal({ DATABASE_URL: `mysql://wxpass:secret9word@${place}/login` });
    expect(exit).toBe(1);
    expect(lines).toEqual([
      'wxpass cannot start:',
      expect.stringContaining(`${place}, where nothing listens`),
    ]);
    expect(lines[1]).toMatch(/^ {2}DATABASE_URL or DATABASE_HOST names/);
    expect(lines.join()).not.toContain('secret9word');
    expect(ms).toBeLessThan(10_000);
  });

  it('of MySQL that takes the connection and says nothing, after two seconds', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const { exit, lines, ms } = await refusal({
      DATABASE_URL: `mysql://wxpass:secret@127.0.0.1:${port}/login`,
    });
    silent.close();
    expect([exit, lines[1]]).toEqual([1, expect.stringContaining('which does not answer (ETIMEDOUT)')]);
    expect(ms).toBeGreaterThan(1_900);
    expect(ms).toBeLessThan(10_000);
  });

  it.each([
    [
      'the data folder is a file',
      'whose folder is a file',
      (folder: string) => writeFileSync(join(folder, 'data'), ''),
    ],
    [
      'the database is something else',
      'which is no SQLite database (SQLITE_NOTADB)',
      (folder: string) => {
        mkdirSync(join(folder, 'data'));
        writeFileSync(join(folder, 'data/wxpass.db'), 'something else '.repeat(100));
      },
    ],
    [
      'the database is a folder',
      'which this process may not write (SQLITE_CANTOPEN)',
      (folder: string) => mkdirSync(join(folder, 'data/wxpass.db'), { recursive: true }),
    ],
  ])('of SQLite, where %s', async (_case, reason, prepare) => {
    const cwd = newFolder();
    prepare(cwd);
    const { exit, lines } = await refusal({}, { cwd });
    expect(exit).toBe(1);
    expect(lines).toEqual(['wxpass cannot start:', expect.stringContaining(reason)]);
    expect(lines[1]).toMatch(/^ {2}DATABASE_URL names the file data\/wxpass.db, /);
  });

  it('the key of a development machine cannot be kept, or is none', async () => {
    const cwd = newFolder();
    mkdirSync(join(cwd, 'data/development.key'), { recursive: true });
    expect(await refusal({}, { cwd })).toMatchObject({
      exit: 1,
      lines: [
        expect.anything(),
        '  ENCRYPTION_KEYS is not set, and data/development.key cannot keep a key (EISDIR)',
      ],
    });
    const other = newFolder();
    mkdirSync(join(other, 'data'));
    writeFileSync(join(other, 'data/development.key'), '');
    expect(await refusal({}, { cwd: other })).toMatchObject({
      exit: 1,
      lines: [expect.anything(), expect.stringMatching(/^ {2}ENCRYPTION_KEYS .*holds no key.*remove it/)],
    });
  });

  it('the port is taken, or the address somebody else’s', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const second = await refusal({ PORT: String(port) });
    taken.close();
    expect(second).toMatchObject({
      exit: 1,
      lines: ['wxpass cannot start:', `  PORT is ${port}, which another process listens on (EADDRINUSE)`],
    });
    expect(await refusal({ HOST: foreignAddress })).toMatchObject({
      exit: 1,
      lines: [
        'wxpass cannot start:',
        `  HOST is ${foreignAddress}, which is no address of this machine (EADDRNOTAVAIL)`,
      ],
    });
  });

  it('a secret’s file is not there or is none, and .env is a folder, as a mount makes it', async () => {
    const { exit, lines } = await refusal({
      METRICS_TOKEN_FILE: '/nowhere/token',
      ENCRYPTION_KEYS_FILE: newFolder(),
    });
    expect(exit).toBe(78);
    const text = lines.join('\n');
    expect(text).toMatch(/^ {2}METRICS_TOKEN cannot be read .*METRICS_TOKEN_FILE names \(ENOENT\)$/m);
    expect(text).toMatch(/^ {2}ENCRYPTION_KEYS cannot be read .*ENCRYPTION_KEYS_FILE names \(EISDIR\)$/m);
    const cwd = newFolder();
    mkdirSync(join(cwd, '.env'));
    expect(await refusal({}, { cwd })).toMatchObject({
      exit: 78,
      lines: [
        expect.anything(),
        '  .env in the working folder is no file that can be read (EISDIR)',
        expect.anything(),
      ],
    });
  });

  describe('of MySQL that', () => {
    let storage: OpenBackend;
    beforeAll(async () => (storage = await shared.open()));
    afterAll(() => storage?.close());

    const changed = (change: (url: URL) => void) => {
      const url = new URL(storage.env.DATABASE_URL!);
      change(url);
      return url.href;
    };

    it('refuses the password', async () => {
      const DATABASE_URL = changed((url) => (url.password = 'wrong9word'));
      const { exit, lines } = await refusal({ DATABASE_URL });
      expect([exit, lines]).toEqual([
        1,
        [
          'wxpass cannot start:',
          expect.stringMatching(/, which refuses .*user or .*password.* \(ER_ACCESS_DENIED_ERROR\)$/),
        ],
      ]);
      expect(lines.join()).not.toContain('wrong9word');
    });

    it('has no such database, in the command for migrations too', async () => {
      const DATABASE_URL = changed((url) => (url.pathname = '/wxpass_nowhere'));
      const refused = expect.stringMatching(
        /DATABASE_URL .*wxpass_nowhere.*(ER_BAD_DB|ER_DBACCESS_DENIED)_ERROR/,
      );
      expect(await refusal({ DATABASE_URL })).toMatchObject({ exit: 1, lines: [expect.anything(), refused] });
      expect(await runScript('migrate.js', ['show'], { DATABASE_URL })).toEqual({ exit: 1, output: refused });
    });
  });
});

it('a start without Redis succeeds, says so, is not ready, and ends when asked to', async () => {
  const port = String(await freePort());
  const REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
  const service = await spawnService({ ...started, PORT: port, REDIS_URL, LOG_LEVEL: 'warn' });
  const ready = () => fetch(`${service.base}/health/ready`).catch(() => undefined);
  let answer = await ready();
  for (let i = 0; i < 200 && !answer; i++) {
    await sleep(50);
    answer = await ready();
  }
  expect(answer?.status).toBe(503);
  expect(service.output()).toContain('Redis is unavailable: ');
  service.kill('SIGTERM');
  expect(await service.exited).toBe(0);
});
