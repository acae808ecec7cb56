import { readFileSync } from 'node:fs';
import { conditionGroups, conditions } from './conditions.js';
import type { Condition } from './finding.js';

const all = Object.entries<Condition>(conditions);
const pages = { en: 'docs/doctor.md', zh: 'docs/doctor.zh-CN.md' } as const;

describe('the conditions', () => {
  it('are at least 25, each of one group', () => {
    const names = Object.values(conditionGroups).flatMap((group) => Object.keys(group));
    expect(names.length).toBeGreaterThanOrEqual(25);
    expect(new Set(names).size).toBe(names.length);
    expect(names.sort()).toEqual(all.map(([name]) => name).sort());
  });

  it.each(all)('%s says the same facts in both languages', (_name, { title, cause, remedy }) => {
    for (const words of [title, cause, remedy]) expect(factsIn(words.zh)).toEqual(factsIn(words.en));
  });

  it('say beside each npm script what it is in a container, where npm has no scripts to build with', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const texts = all.flatMap(([, { cause, remedy }]) => [cause, remedy]).flatMap(({ zh, en }) => [zh, en]);
    const named = texts.flatMap((text) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => ({ text, script: script! })),
    );
    expect(named.length).toBeGreaterThanOrEqual(12);
    for (const { text, script } of named) expect(text).toContain(/node dist.*$/.exec(scripts[script]!)![0]);
  });

  it.each(Object.entries(pages) as ['en' | 'zh', string][])(
    'are explained in %s as they are said',
    (language, page) => {
      const text = readFileSync(page, 'utf8').replaceAll(/ +/g, ' ');
      const missing = all.filter(([name, { status, title, cause, remedy }]) => {
        const cells = [title, cause, remedy].map((words) => words[language].replaceAll('|', '\\|'));
        return !text.includes(`| <a id="${name}"></a>\`${name}\` | ${status} | ${cells.join(' | ')} |`);
      });
      expect(missing.map(([name]) => name)).toEqual([]);
    },
  );
});

function factsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].sort();
}
