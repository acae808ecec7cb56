import { readCommandLine } from './command-line.js';

const read = (line: string, env: Record<string, string> = {}) => readCommandLine(line.split(' '), env);

describe('the command line of administrators', () => {
  it.each([
    ['users find', { name: 'users find', told: { limit: 50 } }],
    [
      'users find ada --role admin --limit 7',
      { name: 'users find', told: { q: 'ada', role: 'admin', limit: 7 } },
    ],
    ['users find -- --odd', { name: 'users find', told: { q: '--odd', limit: 50 } }],
    ['users lock username:ada', { name: 'users lock', told: { user: 'username:ada' } }],
    ['users role 1 auditor', { name: 'users role', told: { user: '1', role: 'auditor' } }],
    ['users erase 1 --yes', { name: 'users erase', told: { user: '1', yes: true } }],
    ['users merge 1 2', { name: 'users merge', told: { user: '1', other: '2', yes: false } }],
    ['sessions end 1', { name: 'sessions end', told: { user: '1' } }],
    ['sessions end 1 2', { name: 'sessions end', told: { user: '1', session: '2' } }],
    [
      'recover --username ada --password-stdin',
      { name: 'recover', told: { username: 'ada', 'password-stdin': true, force: false } },
    ],
  ])('%s', (line, command) => {
    expect(read(line)).toEqual({ command, language: 'en', json: false, help: false });
    expect(read(`--json ${line}`)).toEqual({ command, language: 'en', json: true, help: false });
  });

  it.each([
    'users',
    'users lock',
    'users lock 1 2',
    'users lock 1 --yes',
    'users lock 1 --never',
    'users role 1 owner',
    'users find --limit 0',
    'users find --limit 101',
    'users find --status merged',
    'sessions end',
    'recover ada',
    'recover --user 1 --username ada',
    'recover --user 1 --password-stdin',
    'recover --password secret',
    'users find --lang fr',
  ])('does not understand %s', (line) => {
    expect(read(line)).toMatchObject({ command: undefined, help: false });
  });

  it('speaks as the terminal does, unless it is told otherwise', () => {
    expect(read('users find').language).toBe('en');
    expect(read('users find', { LANG: 'zh_CN.UTF-8' }).language).toBe('zh');
    expect(read('users find', { LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }).language).toBe('en');
    expect(read('users find --lang zh').language).toBe('zh');
  });

  it('shows help rather than doing anything', () => {
    expect(read('users erase 1 --yes --help')).toMatchObject({ help: true, command: undefined });
  });
});
