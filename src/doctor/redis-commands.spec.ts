import { readFileSync } from 'node:fs';
import { redisScripts } from '../platform/store/redis-scripts.js';
import { redisCommands } from './redis-commands.js';

describe('what Redis is asked', () => {
  it('is every command that a script of the store runs', () => {
    const lua = Object.values(redisScripts)
      .map((script) => script.lua)
      .join('\n');
    const run = [...lua.matchAll(/redis\.p?call\('(\w+)'/g)].map(([, command]) => command!);
    expect(run.length).toBeGreaterThan(5);
    expect(Object.keys(redisCommands)).toEqual(expect.arrayContaining(run));
  });

  it.each(['docs/doctor.md', 'docs/doctor.zh-CN.md'])('is what the rule of %s allows, with INFO', (page) => {
    const [, rules = ''] = /~wxpass:\* &wxpass:\* -@all (.*)$/m.exec(readFileSync(page, 'utf8')) ?? [];
    const allowed = rules.split(' ').map((rule) => rule.replace('+', '').toUpperCase());
    expect(allowed.sort()).toEqual([...Object.keys(redisCommands), 'INFO'].sort());
  });
});
