import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { envExample } from '../../src/platform/config/env-example.js';
import { variables } from '../../src/platform/config/variables.js';
import { root } from './source-tree.js';

const inEnglish = ['README.md', ...documentsIn('docs').filter((name) => !name.endsWith('.zh-CN.md'))];
const all = inEnglish.flatMap((name) => [name, twinOf(name)]);
/** What the tests read beside the service's own variables. */
const otherVariables = [
  ...['TEST_DATABASE_URL', 'TEST_REDIS_URL', 'NODE_EXTRA_CA_CERTS'],
  ...['FAULT_TIME_FACTOR', 'FAULT_TABLE', 'RACE_TABLE', 'DOOR_TABLE', 'DOCTOR_TABLE'],
];

describe('the documents', () => {
  it('.env.example is what the code says', () => {
    expect(read('.env.example')).toBe(envExample());
  });

  it('every page in docs stands in English and in Chinese', () => {
    const chinese = documentsIn('docs').filter((name) => name.endsWith('.zh-CN.md'));
    expect(chinese.sort()).toEqual(inEnglish.slice(1).map(twinOf).sort());
  });

  it.each(inEnglish)('%s and its twin have the same headings, code and length', (name) => {
    const [english, chinese] = [read(name), read(twinOf(name))];
    expect(chinese.split('\n').length).toBe(english.split('\n').length);
    expect(headingLevels(chinese)).toEqual(headingLevels(english));
    expect(tableRows(chinese)).toBe(tableRows(english));
    expect(codeBlocks(chinese)).toEqual(codeBlocks(english));
  });

  it.each(all)('%s names only npm scripts that exist', (name) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read(name).matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)];
    expect(named.map(([, run, short]) => run ?? short!).filter((script) => !(script in scripts))).toEqual([]);
  });

  it.each(all.filter((name) => name.startsWith('docs/')))(
    '%s says what the commands of operators are in the container, where npm has nothing to build with',
    (name) => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      const blocks = codeBlocks(read(name)).join('\n');
      const named = [
        ...blocks.matchAll(/npm run (?:--silent )?((?:admin|doctor|errcode|keys|migration|support).*?)\s/g),
      ];
      const built = named.map(([, script]) => /node dist.*$/.exec(scripts[script!]!)![0]);
      expect(built.filter((command) => !read(name).includes(command))).toEqual([]);
    },
  );

  it.each(all)('%s names only variables that exist', (name) => {
    const named = [...read(name).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)].map(([, word]) => word!);
    const known = new Set([...Object.keys(variables), ...otherVariables]);
    expect(named.filter((word) => !known.has(word) && !known.has(word.replace(/_FILE$/, '')))).toEqual([]);
  });

  it.each(all)('%s links only to files that exist', (name) => {
    const links = [...read(name).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
    expect(links.filter((path) => !existsSync(join(root, dirname(name), path)))).toEqual([]);
  });

  it.each(all)('%s links only to headings that exist', (name) => {
    const links = [...withoutCode(read(name)).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
    const lost = links.filter(
      ([, path, anchor]) => !anchorsOf(path === '' ? name : join(dirname(name), path!)).includes(anchor!),
    );
    expect(lost.map(([link]) => link)).toEqual([]);
  });

  it.each(all)('%s names only source files that exist', (name) => {
    const named = [...read(name).matchAll(/`((?:src|test|migrations|scripts|docker)\/[\w./-]+)`/g)];
    expect(named.map(([, path]) => path!).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

function documentsIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

function twinOf(name: string): string {
  return name.replace(/\.md$/, '.zh-CN.md');
}

function read(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

function headingLevels(text: string): string[] {
  return [...withoutCode(text).matchAll(/^(#+) /gm)].map(([, level]) => level!);
}

function tableRows(text: string): number {
  return [...withoutCode(text).matchAll(/^\|/gm)].length;
}

/** As GitHub makes them of headings, and those that stand in the text. */
function anchorsOf(path: string): string[] {
  const text = withoutCode(read(path));
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!)];
}

const fence = /^```(\w*)\n([^]*?)^```$/gm;

function withoutCode(text: string): string {
  return text.replace(fence, '');
}

/** Blocks without a language are drawings, whose words are translated. */
function codeBlocks(text: string): string[] {
  return [...text.matchAll(fence)]
    .filter(([, language]) => language !== '' && language !== 'text')
    .map(
      ([, language, code]) =>
        `${language}\n${code!.replace(/(^|\s)(#|\/\/)\s.*$/gm, '').replace(/\s+\n/g, '\n')}`,
    );
}
