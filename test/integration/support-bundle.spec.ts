import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { collectBundle, type SupportBundle } from '../../src/doctor/bundle.js';
import { diagnose } from '../../src/doctor/diagnose.js';
import { textOf } from '../../src/doctor/report.js';
import type { Variable } from '../../src/platform/config/variable.js';
import { variables } from '../../src/platform/config/variables.js';
import { schema } from '../../src/schema.js';
import { sealedColumns } from '../../src/sealed-columns.js';
import { shared } from '../support/backends.js';
import { runScript } from '../support/start-process.js';

const parts = { schema, sealedColumns };
const secretNames = Object.entries(variables as Record<string, Variable>)
  .filter(([, { secret }]) => secret)
  .map(([name]) => name);
const marker = (name: string) => `Planted${secretNames.indexOf(name)}X`;

/** A good value of a secret variable, with its own marker in what is secret. */
function planted(name: string): string {
  const mark = marker(name);
  if (name.endsWith('_APP_SECRET')) return mark.padEnd(32, '0');
  if (name.endsWith('_PUSH_TOKEN')) return mark;
  if (name.endsWith('_ENCODING_AES_KEY')) return mark.padEnd(43, 'a');
  switch (name) {
    case 'DATABASE_URL':
      return `mysql://wxpass:${mark}@127.0.0.1:1/wxpass`;
    case 'REDIS_URL':
      return `redis://:${mark}@127.0.0.1:1`;
    case 'WECHAT_PROXY_URL':
      return `http://user:${mark}@127.0.0.1:1`;
    case 'WECHAT_APPS':
      return JSON.stringify([
        { kind: 'mobile', appId: 'wx0123456789abcdee', appSecret: mark.padEnd(32, '1'), pushToken: mark },
      ]);
    case 'API_CLIENTS':
      return `gateway:${mark.padEnd(24, 'x')}:introspect+revoke`;
    case 'ENCRYPTION_KEYS':
      return `k1:${mark.padEnd(43, 'b')}=`;
    default:
      return mark.padEnd(24, 'x');
  }
}

const appIds = Object.fromEntries(
  ['MINI_PROGRAM', 'WEBSITE', 'OFFICIAL_ACCOUNT', 'MOBILE'].map((kind, i) => [
    `WECHAT_${kind}_APP_ID`,
    `wx012345678900000${i}`,
  ]),
);
const databaseParts = {
  DATABASE_HOST: '127.0.0.1',
  DATABASE_PORT: '1',
  DATABASE_USER: 'wxpass',
  DATABASE_NAME: 'x',
};
const base = { ...appIds, PUBLIC_URL: 'http://127.0.0.1:1', WECHAT_TIMEOUT: '1s', ADMIN_USERNAME: 'ada' };
const everySecret = (write: (name: string) => string) =>
  Object.fromEntries(secretNames.map((name) => [name, write(name)]));

const environments: Record<string, () => Promise<Record<string, string>>> = {
  'good values, the database by URL': async () => ({
    ...base,
    ...everySecret(planted),
    DATABASE_PASSWORD: '',
  }),
  'good values, the database in parts': async () => ({
    ...base,
    ...databaseParts,
    ...everySecret(planted),
    DATABASE_URL: '',
  }),
  'malformed values': async () => ({
    ...base,
    ...everySecret((name) => `${marker(name)} "not: well, formed`),
  }),
  files: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wxpass-secrets-'));
    const named = await Promise.all(
      secretNames.map(async (name) => {
        await writeFile(join(folder, name), `${planted(name)}\n`, { mode: 0o600 });
        return [`${name}_FILE`, join(folder, name)];
      }),
    );
    return { ...base, ...Object.fromEntries(named) };
  },
  'a secret in the wrong place': async () => ({
    ...base,
    ...everySecret(planted),
    DATABASE_PASSWORD: '',
    JWT_AUDIENCE: planted('WECHAT_WEBSITE_APP_SECRET'),
    WECHAT_API_URL: `http://127.0.0.1:1/${planted('WECHAT_MOBILE_APP_SECRET')}`,
  }),
};

describe('the support bundle', () => {
  it.each(Object.keys(environments))('holds none of the secrets: %s', async (name) => {
    const env = await environments[name]!();
    const bundle = await collectBundle(env, parts, await logOf(env));
    expect(JSON.stringify(bundle)).not.toContain('Planted');
    for (const variable of secretNames)
      expect(bundle.configuration[variable] ?? '[set, secret]').toBe('[set, secret]');
    expect(bundle.log).toEqual(
      expect.arrayContaining([expect.stringContaining('listening'), expect.stringContaining('[secret]')]),
    );
    if (process.env.DOCTOR_TABLE)
      process.stdout.write(`planted ${secretNames.length} secrets (${name}), found 0\n`);
  });

  it.each(Object.keys(environments).slice(0, -1))('nor does the doctor tell them: %s', async (name) => {
    const findings = await diagnose(await environments[name]!(), parts);
    const said = textOf(findings, 'zh') + textOf(findings, 'en') + JSON.stringify(findings);
    expect(said).not.toContain('Planted');
  });

  it('is one file for its owner alone, with schema and sizes', async () => {
    const storage = await shared.open();
    try {
      const out = join(await mkdtemp(join(tmpdir(), 'wxpass-bundle-')), 'bundle.json');
      const env = { NODE_ENV: 'test', ...storage.env };
      expect((await runScript('migrate.js', ['run'], env)).exit).toBe(0);
      const { exit, output } = await runScript('support-bundle.js', ['--out', out], env);
      expect({ exit, output }).toEqual({ exit: 0, output: `${out}\n` });
      expect((await stat(out)).mode & 0o777).toBe(0o600);
      const text = await readFile(out, 'utf8');
      const bundle = JSON.parse(text) as SupportBundle;
      expect(bundle.versions).toMatchObject({ wxpass: '0.1.0', node: process.versions.node });
      expect(bundle.doctor.checks.map(({ id }) => id)).toContain('database');
      expect(bundle.database).toMatchObject({
        migrations: schema.migrations.map(({ name }) => ({ name, applied: true })),
        tables: expect.arrayContaining([{ name: 'users', rows: 0, bytes: expect.any(Number) }]),
      });
      expect(bundle.log).toMatchObject({ unavailable: expect.stringContaining('--log') });
      expect(text).not.toContain(new URL(storage.env.DATABASE_URL!).password);
    } finally {
      await storage.close();
    }
  });
});

describe('npm run support-bundle', () => {
  const nothing = { NODE_ENV: 'test', PORT: '1', LANG: 'C.UTF-8' };
  const run = async (args: string[], { input = '', lang = 'C.UTF-8' } = {}) => {
    const child = spawn(process.execPath, [resolve('dist/src/support-bundle.js'), ...args], {
      cwd: await mkdtemp(join(tmpdir(), 'wxpass-bundle-')),
      env: { PATH: process.env.PATH, ...nothing, LANG: lang },
    });
    child.stdin.end(input);
    const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
    const [exit] = (await once(child, 'close')) as [number];
    return { exit, stdout: await stdout, stderr: await stderr };
  };

  it('writes JSON and nothing else to stdout, with the end of the log that stdin gives', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `{"status":401,"line":${i},"code":"planted${i}"}`);
    const { exit, stdout, stderr } = await run(['--out', '-', '--log', '-'], { input: lines.join('\n') });
    const { log, doctor } = JSON.parse(stdout) as SupportBundle;
    expect({ exit, stderr, ok: doctor.ok }).toEqual({ exit: 0, stderr: '', ok: true });
    expect(log).toEqual(
      Array.from({ length: 300 }, (_, i) => `{"status":401,"line":${19_700 + i},"code":"[secret]"}`),
    );
  });

  it('says in a line where it cannot write, and how to get it out of a container', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'wxpass-bundle-')), 'file');
    await writeFile(file, '');
    for (const out of [join(file, 'bundle.json'), '/proc/bundle.json']) {
      const { exit, stdout, stderr } = await run(['--out', out]);
      expect({ exit, stdout }).toEqual({ exit: 73, stdout: '' });
      expect(stderr).toMatch(/^\/.* cannot be written \(E\w+\): .*kubectl exec .* --out - > [\w-]+\.json\n$/);
    }
    const { stderr } = await run(['--out', '/proc/bundle.json'], { lang: 'zh_CN.UTF-8' });
    expect(stderr).toMatch(/^无法写入 \/proc\/bundle\.json（E\w+）：.*--out - .*\n$/);
  });

  it('never writes into what is there, nor through a link', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wxpass-bundle-'));
    const [file, target, link] = ['file', 'target', 'link'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(file, 'kept', { mode: 0o644 });
    await symlink(target, link);
    for (const out of [file, link, folder])
      expect(await run(['--out', out])).toEqual({
        exit: 73,
        stdout: '',
        stderr: `${out} is there already and is not overwritten: give another name by --out\n`,
      });
    expect(await readFile(file, 'utf8')).toBe('kept');
    await expect(stat(target)).rejects.toThrow('ENOENT');
    expect((await run(['--out', file], { lang: 'zh_CN.UTF-8' })).stderr).toMatch(/已经存在，不会被覆盖/);
  });

  it('waits for no pipe, and reads stdin by its other name', async () => {
    const pipe = join(await mkdtemp(join(tmpdir(), 'wxpass-bundle-')), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const logOfBundle = async (...args: Parameters<typeof run>) =>
      (JSON.parse((await run(...args)).stdout) as SupportBundle).log;
    expect(await logOfBundle(['--out', '-', '--log', pipe])).toEqual({ unavailable: 'not a file' });
    expect(await logOfBundle(['--out', '-', '--log', '/dev/stdin'], { input: 'a\nb\n' })).toEqual(['a', 'b']);
  });

  it('goes on where the log cannot be read', async () => {
    const { exit, stdout } = await run(['--out', '-', '--log', '/nowhere/wxpass.log']);
    expect({ exit, log: (JSON.parse(stdout) as SupportBundle).log }).toEqual({
      exit: 0,
      log: { unavailable: 'ENOENT' },
    });
  });

  it.each([[['--json']], [['--colour']], [['somewhere']]])('exits 64 on %j', async (args) => {
    expect(await run(args)).toEqual({ exit: 64, stdout: '', stderr: expect.stringMatching(/^usage: /) });
  });
});

/** A log into which everything leaked, among lines that may stay. */
async function logOf(env: Record<string, string>): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'wxpass-log-')), 'wxpass.log');
  const secrets = secretNames
    .flatMap((name) => env[name] || planted(name))
    .filter((text) => Object.values(env).includes(text));
  const token = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from('Planted').toString('base64url')}.Planted`;
  const lines = [
    '{"level":"info","msg":"listening"}',
    ...secrets.map((secret) => `a line with ${secret} in it`),
    `Authorization: Bearer Planted.token`,
    `a token ${token}`,
    'GET /sns/oauth2/access_token?appid=wx1&secret=PlantedQuery&code=PlantedCode',
    'mysql://wxpass:PlantedElsewhere@db/wxpass',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}
