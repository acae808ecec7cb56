import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectBundle } from '../../src/doctor/bundle.js';
import { schema } from '../../src/schema.js';
import { sealedColumns } from '../../src/sealed-columns.js';
import {
  leakingLine,
  lineForms,
  secretNames,
  shapedSecrets,
  valueOf,
} from '../support/doctor/leaking-log.js';

const env = {
  NODE_ENV: 'test',
  WECHAT_API_URL: 'http://127.0.0.1:1',
  PUBLIC_URL: 'http://127.0.0.1:1',
  DATABASE_URL: 'sqlite:/nowhere/wxpass.db',
};

describe('the log in a support bundle', () => {
  it.each(Object.keys(lineForms))('holds nothing planted, and all that helps: %s', async (form) => {
    const bundle = await bundleWith(secretNames.map((name) => leakingLine(form, name)));
    const text = JSON.stringify(bundle);
    expect(secretNames.filter((name) => text.includes(valueOf(name)))).toEqual([]);
    const helpful = lineForms[form]!.helpful;
    const poorer = (bundle.log as string[]).filter((line) => !helpful.every((word) => line.includes(word)));
    expect(poorer).toEqual([]);
    note(secretNames.length, form);
  });

  it('holds nothing that looks like a secret, whatever it is called', async () => {
    const lines = Object.values(shapedSecrets).flatMap((secret) => [
      `status 401 after 12.5 ms: ${secret} was refused`,
      JSON.stringify({ msg: `status 401 after 12.5 ms: ${secret} was refused`, with: [secret] }),
      `"GET /x?y=${encodeURIComponent(secret)}&z=1 HTTP/1.1" 401 after 12.5 ms`,
    ]);
    const bundle = await bundleWith(lines);
    const text = JSON.stringify(bundle);
    const shown = Object.entries(shapedSecrets).filter(([, secret]) => text.includes(coreOf(secret)));
    expect(shown.map(([what]) => what)).toEqual([]);
    for (const line of bundle.log as string[]) expect(line).toMatch(/401.* after 12\.5 ms/);
    note(Object.keys(shapedSecrets).length, 'by their looks, in three places');
  });

  it('has all other lines where one is nested to break it', async () => {
    const nested = JSON.stringify({ path: `/{"a":${'['.repeat(7000)}${']'.repeat(7000)}}`, status: 404 });
    const deep = `${'{"a":'.repeat(2700)}1${'}'.repeat(2700)}`;
    const bundle = await bundleWith(['the first', nested, deep, 'the last']);
    expect(bundle.log).toEqual([
      'the first',
      expect.stringContaining('[cut, of'),
      expect.stringContaining('[cut, of'),
      'the last',
    ]);
  });
});

/** What of it must not be seen, however it is written. */
function coreOf(secret: string): string {
  return /[A-Za-z0-9]{8,}/.exec(secret.replace(/^\w+:\/\/\w*:?|^-----[A-Z -]+-----/, ''))?.[0] ?? secret;
}

async function bundleWith(lines: string[]) {
  const file = join(await mkdtemp(join(tmpdir(), 'wxpass-log-')), 'wxpass.log');
  await writeFile(file, `${lines.join('\n')}\n`);
  const bundle = await collectBundle(env, { schema, sealedColumns }, file);
  expect(bundle.log).toHaveLength(lines.length);
  return bundle;
}

function note(planted: number, form: string): void {
  if (process.env.DOCTOR_TABLE)
    process.stdout.write(`planted ${planted} secrets in a log (${form}), found 0\n`);
}
