import { rules } from './rules.js';
import { importsOf, readSources } from './source-tree.js';

describe('the source tree', () => {
  const tree = readSources();

  it.each(rules)('$says', ({ offenders }) => {
    expect(offenders(tree)).toEqual([]);
  });

  it('is read with all its imports', () => {
    const lines = [...tree.values()].flatMap((text) => text.match(/\bfrom '[^']+';$/gm) ?? []);
    expect(lines.length).toBeGreaterThan(100);
    expect(importsOf(tree).length).toBeGreaterThanOrEqual(lines.length);
  });
});

describe('a tree that breaks the rule is objected to', () => {
  const cases = rules.flatMap(({ says, offenders, objectsTo }) =>
    objectsTo.map((files) => ({
      says,
      offenders,
      files: JSON.stringify(files),
      tree: new Map(Object.entries(files)),
    })),
  );

  it.each(cases)('$says: $files', ({ offenders, tree }) => {
    expect(offenders(tree)).not.toEqual([]);
  });
});
