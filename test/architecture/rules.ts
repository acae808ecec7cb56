import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { importsOf, moduleOf, root, type Import, type SourceTree } from './source-tree.js';

/** One rule of the house: what it says, how it finds offenders, and trees that it must object to. */
export interface Rule {
  says: string;
  offenders: (tree: SourceTree) => string[];
  objectsTo: Record<string, string>[];
}

/** Arrows go from an earlier tier to a later one; `top` is main, app and their like, `doctor` the commands' own folder. */
const tiers = [
  ['top'],
  ['doctor'],
  ['auth', 'account', 'admin', 'health', 'pages'],
  ['users', 'session', 'wechat'],
  ['audit'],
  ['platform'],
];
const island = 'simulator';
/** What runs in browsers: it is built from the web package, and may know what server and browser say to each other. */
const browserFolder = 'src/pages/browser/';
const saidToBrowsers = ['src/pages/page-data.ts', 'src/pages/words.ts'];
const browserPackage = '@wxpass/web';

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const fileName = /^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/;

export const rules: Rule[] = [
  {
    says: 'every folder of src has a place among the tiers',
    offenders: (tree) => [...tree.keys()].filter((file) => moduleOf(file) !== island && tierOf(file) === -1),
    objectsTo: [{ 'src/helpers/a.ts': '' }],
  },
  {
    says: 'imports go to a later tier, never to the same or an earlier one',
    offenders: (tree) =>
      list(importsOf(tree), ({ from, target }) => {
        if (target === undefined || areKin(from, target) || isOutside(target)) return false;
        if (moduleOf(from) === island || moduleOf(target) === island) return false;
        return tierOf(target) <= tierOf(from);
      }),
    objectsTo: [
      { 'src/users/a.ts': "import { b } from '../auth/b.js';" },
      { 'src/users/a.ts': "import type { B } from '../session/b.js';" },
      { 'src/platform/http/a.ts': "import {\n  b,\n} from '../../audit/b.js';" },
      { 'src/wechat/a.ts': "export { b } from '../app.module.js';" },
      { 'src/wechat/a.ts': "const b = await import('../app.js');" },
    ],
  },
  {
    says: 'the simulator imports nothing of ours',
    offenders: (tree) =>
      list(importsOf(tree), ({ from, target }) => {
        return moduleOf(from) === island && target !== undefined && moduleOf(target) !== island;
      }),
    objectsTo: [
      { 'src/simulator/a.ts': "import { b } from '../platform/b.js';" },
      { 'src/simulator/a.ts': "import { b } from '../../migrations/b.js';" },
    ],
  },
  {
    says: 'only app.ts imports the simulator',
    offenders: (tree) =>
      list(importsOf(tree), ({ from, target = '' }) => {
        return moduleOf(target) === island && moduleOf(from) !== island && from !== 'src/app.ts';
      }),
    objectsTo: [{ 'src/wechat/a.ts': "import { b } from '../simulator/b.js';" }],
  },
  {
    says: 'the server imports nothing that runs in browsers, nor the other way round',
    offenders: (tree) =>
      list(importsOf(tree), ({ from, target = '' }) => {
        if (!isBrowsers(from)) return isBrowsers(target);
        return target !== '' && !isBrowsers(target) && !saidToBrowsers.includes(target);
      }),
    objectsTo: [
      { 'src/pages/a.ts': "import { b } from './browser/b.js';" },
      { 'src/pages/browser/a.ts': "import { b } from '../pages.js';" },
    ],
  },
  {
    says: 'only schema.ts imports from outside src, and only migrations',
    offenders: (tree) =>
      list(importsOf(tree), ({ from, target }) => {
        if (target === undefined || !isOutside(target)) return false;
        return from !== 'src/schema.ts' || !target.startsWith('migrations/');
      }),
    objectsTo: [
      { 'src/users/a.ts': "import { b } from '../../migrations/b.js';" },
      { 'src/schema.ts': "import { b } from '../test/support/b.js';" },
    ],
  },
  {
    says: 'no files import each other in a circle, not even types',
    offenders: circles,
    objectsTo: [
      { 'src/a.ts': "import { a } from './a.js';" },
      {
        'src/users/a.ts': "import { b } from './b.js';",
        'src/users/b.ts': "import type { C } from './c.js';",
        'src/users/c.ts': "import { a } from './a.js';",
      },
    ],
  },
  {
    says: 'entities are imported by their own module and by schema.ts only',
    offenders: (tree) =>
      list(importsOf(tree), ({ from, target }) => {
        return target?.endsWith('.entity.ts') === true && !areKin(from, target) && from !== 'src/schema.ts';
      }),
    objectsTo: [
      { 'src/auth/a.ts': "import type { UserEntity } from '../users/user.entity.js';" },
      { 'src/app.ts': "import { UserEntity } from './users/user.entity.js';" },
    ],
  },
  {
    says: 'every relative import names a file of the tree by its built name',
    offenders: (tree) =>
      list(importsOf(tree), ({ specifier, target }) => {
        if (target === undefined || isOutside(target)) return false;
        return !specifier.endsWith('.js') || !tree.has(target);
      }),
    objectsTo: [
      { 'src/a.ts': "import { b } from './b';", 'src/b.ts': '' },
      { 'src/a.ts': "import { b } from './c.js';" },
    ],
  },
  {
    says: 'every other import names Node or a runtime dependency: no path alias',
    offenders: (tree) =>
      list(importsOf(tree), ({ from, specifier, target }) => {
        if (target !== undefined) return false;
        if (isBrowsers(from)) return packageOf(specifier) !== browserPackage;
        return !isBuiltin(specifier) && !dependencies().has(packageOf(specifier));
      }),
    objectsTo: [
      { 'src/a.ts': "import { Users } from '@/users/users.service.js';" },
      { 'src/a.ts': "import { Users } from '#users/users.service.js';" },
      { 'src/a.ts': "import { Users } from 'src/users/users.service.js';" },
      { 'src/a.ts': "import jest from 'jest';" },
      { 'src/a.ts': "import { createClient } from '@wxpass/web';" },
      { 'src/pages/browser/a.ts': "import { z } from 'zod';" },
    ],
  },
  {
    says: 'there is no barrel file',
    offenders: (tree) =>
      [...tree]
        .filter(([file, text]) => file.endsWith('/index.ts') || /^export \*/m.test(text))
        .map(([file]) => file),
    objectsTo: [{ 'src/users/index.ts': '' }, { 'src/users/a.ts': "export * from './b.js';" }],
  },
  {
    says: 'there is no forwardRef',
    offenders: (tree) => [...tree].filter(([, text]) => /\bforwardRef\b/.test(text)).map(([file]) => file),
    objectsTo: [{ 'src/auth/a.module.ts': '@Module({ imports: [forwardRef(() => UsersModule)] })' }],
  },
  {
    says: 'folders and files are named in kebab-case',
    offenders: (tree) => [...tree.keys()].filter((file) => !isKebabCase(file.split('/'))),
    objectsTo: [
      { 'src/users/userView.ts': '' },
      { 'src/users/user_view.ts': '' },
      { 'src/Users/user.view.ts': '' },
    ],
  },
];

function list(imports: Import[], offends: (one: Import) => boolean): string[] {
  return imports.filter(offends).map(({ from, specifier }) => `${from} imports ${specifier}`);
}

function tierOf(file: string): number {
  return tiers.findIndex((tier) => tier.includes(moduleOf(file) ?? ''));
}

/** Files of one module may import each other, and so may main, app and their like. */
function areKin(file: string, other: string): boolean {
  return moduleOf(file) === moduleOf(other);
}

function isBrowsers(file: string): boolean {
  return file.startsWith(browserFolder);
}

function isOutside(file: string): boolean {
  return moduleOf(file) === undefined;
}

/** Each circle once, as the way back to where it was entered. */
function circles(tree: SourceTree): string[] {
  const edges = new Map([...tree.keys()].map((file) => [file, new Set<string>()]));
  for (const { from, target } of importsOf(tree)) {
    if (target !== undefined && tree.has(target)) edges.get(from)!.add(target);
  }
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    } else if (!finished.has(file)) {
      for (const next of edges.get(file)!) visit(next, [...path, file]);
      finished.add(file);
    }
  };
  for (const file of tree.keys()) visit(file, []);
  return found;
}

function dependencies(): Set<string> {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  return new Set(Object.keys((JSON.parse(text) as { dependencies: object }).dependencies));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isKebabCase(path: string[]): boolean {
  return path.slice(0, -1).every((folder) => kebabCase.test(folder)) && fileName.test(path.at(-1)!);
}
