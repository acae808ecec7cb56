import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { variables } from '../../src/platform/config/variables.js';

const folder = join(__dirname, '../../docker');
const names = ['compose.yaml', 'compose.dev.yaml'];
const production = readFileSync(join(folder, 'compose.yaml'), 'utf8');
const { services, secrets } = parse(production, { merge: true });
const service = services.wxpass;

describe('the compose files', () => {
  it.each(names)('%s is what Compose knows', async (name) => {
    expect(await errorsIn(join(folder, name))).toEqual([]);
  });

  it('would be found out if they were not', async () => {
    const aside = mkdtempSync(join(tmpdir(), 'wxpass-compose-'));
    try {
      const wrong = join(aside, 'compose.yaml');
      writeFileSync(wrong, production.replace('read_only: true', 'readonly: true'));
      expect((await errorsIn(wrong)).join()).toContain('must NOT have additional properties');
    } finally {
      rmSync(aside, { recursive: true });
    }
  });

  it('run the service read-only and without capabilities', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('give the service each secret as a file, and the token of /metrics is one of them', () => {
    const files = Object.entries<string>(service.environment).filter(([name]) => name.endsWith('_FILE'));
    expect(files.map(([name]) => name)).toContain('METRICS_TOKEN_FILE');
    for (const [, path] of files) {
      const name = path.replace('/run/secrets/', '');
      expect(service.secrets).toContain(name);
      expect(secrets[name]).toEqual({ file: `./secrets/${name}` });
    }
  });

  it.each(['README.md', 'README.zh-CN.md'])('have the secrets that %s makes', (page) => {
    const text = readFileSync(join(folder, '..', page), 'utf8');
    const made = [...text.matchAll(/ > secrets\/(\w+)$/gm)].map(([, name]) => name!);
    expect(made.sort()).toEqual(Object.keys(secrets as object).sort());
  });

  it('set only what the service reads', () => {
    const set = Object.keys(service.environment as object).map((name) => name.replace(/_FILE$/, ''));
    expect(set.filter((name) => !(name in variables))).toEqual([]);
  });
});

/** What is wrong with a compose file, leaving out in which order its keys had better stand. */
async function errorsIn(file: string): Promise<string[]> {
  const linter = join(folder, '../node_modules/dclint/bin/dclint.cjs');
  const output = await promisify(execFile)(process.execPath, [linter, '--formatter', 'json', file]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  const results = JSON.parse(output) as { messages: { type: string; message: string }[] }[];
  return results
    .flatMap(({ messages }) => messages)
    .filter(({ type }) => type === 'error')
    .map(({ message }) => message);
}
