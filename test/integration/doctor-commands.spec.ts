import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listedErrcodes } from '../../src/wechat/wechat-errcodes.js';
import type { Report } from '../../src/doctor/report.js';
import { newFolder, runScript, spawnScript } from '../support/start-process.js';

const han = /\p{Script=Han}/u;
const nothing = { NODE_ENV: 'test', PORT: '1', LANG: 'C.UTF-8' };

describe('npm run doctor', () => {
  const doctor = (args: string[], env: Record<string, string> = {}) =>
    runScript('doctor.js', args, { ...nothing, ...env });

  it('exits 0 on a fresh machine, and makes nothing', async () => {
    const folder = newFolder();
    const running = await spawnScript('doctor.js', ['--json'], nothing, folder);
    const exit = await running.exited;
    const report = JSON.parse(running.output()) as Report;
    expect({ exit, ok: report.ok, made: readdirSync(folder) }).toEqual({ exit: 0, ok: true, made: [] });
    expect(report.checks.filter(({ status }) => status === 'warn')).toEqual([]);
  });

  it('exits 1 where something fails, and says in JSON what, why, how to mend it, and where to read on', async () => {
    const { exit, output } = await doctor(['--json'], { TRUST_PROXY: '0.0.0.0/0' });
    const report = JSON.parse(output) as Report;
    expect({ exit, ok: report.ok }).toEqual({ exit: 1, ok: false });
    expect(report.checks.find(({ id }) => id === 'trust-proxy-too-wide')).toEqual({
      id: 'trust-proxy-too-wide',
      status: 'fail',
      title: expect.stringContaining('TRUST_PROXY'),
      cause: expect.stringContaining('X-Forwarded-For'),
      remedy: expect.stringContaining('10.0.0.0/8'),
      docs: 'docs/doctor.md#trust-proxy-too-wide',
    });
  });

  it('has a line a check, in the language that is asked for or that the terminal speaks', async () => {
    const env = { TRUST_PROXY: '0.0.0.0/0' };
    const english = await doctor([], env);
    expect(english.output).toMatch(/^FAIL {2}TRUST_PROXY would trust too much .*\[trust-proxy-too-wide\]$/m);
    expect(english.output).not.toMatch(han);
    const chinese = await doctor(['--lang', 'zh'], env);
    expect(chinese.output).toMatch(/^失败 TRUST_PROXY 信任的范围太大 \[trust-proxy-too-wide\]$/m);
    expect(await doctor([], { ...env, LANG: 'zh_CN.UTF-8' })).toEqual(chinese);
    expect(await doctor(['--lang', 'en'], { ...env, LANG: 'zh_CN.UTF-8' })).toEqual(english);
  });

  it('says that .env cannot be read, and looks at the rest', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, '.env'));
    const running = await spawnScript('doctor.js', ['--json'], nothing, folder);
    expect(await running.exited).toBe(1);
    const { checks } = JSON.parse(running.output()) as Report;
    expect(checks.map(({ id }) => id)).toEqual(expect.arrayContaining(['configuration-fault', 'database']));
  });

  it.each([[['--colour']], [['everything']], [['--lang', 'fr']]])('exits 64 on %j', async (args) => {
    expect(await doctor(args)).toEqual({ exit: 64, output: 'usage: doctor [--json] [--lang zh|en]\n' });
  });
});

describe('every command', () => {
  it.each(['doctor', 'errcode', 'support-bundle'])('tells how it is used: %s', async (command) => {
    for (const option of ['--help', '-h'])
      expect(await runScript(`${command}.js`, [option], nothing)).toEqual({
        exit: 0,
        output: expect.stringMatching(`^usage: ${command} .*\n$`),
      });
  });
});

describe('npm run errcode', () => {
  const errcode = (...args: string[]) => runScript('errcode.js', args, nothing);

  it('explains a code and what wxpass answers', async () => {
    expect(await errcode('40163')).toEqual({
      exit: 0,
      output: expect.stringMatching(/40163 {2}RELOGIN[^]*401 wechat_code_used \(40111\)[^]*serves once/),
    });
    expect(await errcode('40163', '--lang', 'zh')).toMatchObject({
      exit: 0,
      output: expect.stringContaining('code 只能使用一次'),
    });
  });

  it('tells places apart at which a code means something else', async () => {
    const { output } = await errcode('40001');
    expect(output.match(/^40001 {2}\w+/gm)).toEqual(['40001  RELOGIN', '40001  OPERATOR', '40001  TOKEN']);
  });

  it('knows -1, and the numbers of the consent page', async () => {
    expect(await errcode('-1')).toMatchObject({ exit: 0, output: expect.stringContaining('Retry-After: 2') });
    expect(await errcode('10003')).toMatchObject({ exit: 0, output: expect.stringContaining('PUBLIC_URL') });
  });

  it('says so and exits 1 where nobody knows a code', async () => {
    expect(await errcode('99999')).toEqual({
      exit: 1,
      output: expect.stringContaining('99999 is not listed'),
    });
  });

  it('lists every code without an argument', async () => {
    const { exit, output } = await errcode();
    const listed = output
      .trimEnd()
      .split('\n')
      .map((line) => Number(line.slice(0, 6)));
    expect({ exit, listed }).toEqual({ exit: 0, listed: expect.arrayContaining([...listedErrcodes, 10003]) });
  });

  it('explains several codes, and exits 1 where one of them is unknown', async () => {
    expect(await errcode('40163', '40029')).toMatchObject({
      exit: 0,
      output: expect.stringMatching(/^40163 [^]*^40029 /m),
    });
    expect(await errcode('99999', '-1')).toMatchObject({
      exit: 1,
      output: expect.stringMatching(/^-1 {2}RETRY/m),
    });
  });

  it('knows that 0 is none', async () => {
    expect(await errcode('0')).toEqual({ exit: 0, output: '0  success, and no error\n\n' });
  });

  it.each([['forty'], ['--json'], ['40163', '--lang', 'fr'], ['1234567890']])(
    'exits 64 on %s',
    async (...args) => {
      expect(await errcode(...args)).toEqual({ exit: 64, output: expect.stringContaining('usage: errcode') });
    },
  );
});
