import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counters, gauges, histograms } from '../../src/platform/observability/metric-catalogue.js';
import { readManifests } from '../support/manifests.js';
import { root } from './source-tree.js';

interface Described {
  type: string;
  name: string;
  help: string;
  labels: Readonly<Record<string, readonly string[] | string>>;
}

const catalogue: Described[] = [
  ...Object.values(counters).map((metric) => ({ type: 'counter', ...metric })),
  ...Object.values(gauges).map((metric) => ({ type: 'gauge', ...metric })),
  ...Object.values(histograms).map((metric) => ({ type: 'histogram', ...metric })),
];
const pages = ['docs/metrics.md', 'docs/metrics.zh-CN.md'];

/** Of a table of metrics: name, type, labels, meaning. */
function rowsOf(page: string): string[][] {
  const lines = read(page).match(/^\| `wxpass_.*\|$/gm) ?? [];
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What queries ask: the name without what a histogram adds, and the labels in its braces. */
function asked(query: string) {
  return [...query.matchAll(/\b(wxpass_\w+?)(?:_bucket|_count|_sum)?\b(?:\{([^}]*)\})?/g)].map(
    ([, name = '', selector = '']) => ({
      name,
      labels: [...selector.matchAll(/(\w+)\s*[=!]~?/g)].map(([, label]) => label!),
    }),
  );
}

const queries = (): string[] => {
  const dashboard = JSON.parse(read('deploy/observability/grafana-dashboard.json'));
  const rules = readManifests('deploy')
    .manifests.filter(({ content }) => content.kind === 'PrometheusRule')
    .flatMap(({ content }) => content.spec.groups.flatMap((group: any) => group.rules));
  return [...dashboard.panels.flatMap(({ targets = [] }: any) => targets), ...rules].map(({ expr }) => expr);
};

describe('every metric', () => {
  it.each(pages)('has its row in %s, and no row is of another', (page) => {
    const expected = catalogue.map(({ name, type, labels }) => [
      `\`${name}\``,
      type,
      Object.keys(labels)
        .map((label) => `\`${label}\``)
        .join(', '),
    ]);
    const rows = rowsOf(page).map((cells) => cells.slice(0, 3));
    expect(rows.sort()).toEqual(expected.sort());
  });

  it('means in docs/metrics.md what it says of itself', () => {
    const meanings = rowsOf(pages[0]!).map(([name, , , meaning]) => [name, meaning]);
    expect(meanings.sort()).toEqual(catalogue.map(({ name, help }) => [`\`${name}\``, help]).sort());
  });

  it.each(pages)('has the values of its labels in %s, where there are only so many', (page) => {
    const many = new Set(['outcome', 'reason', 'method']);
    const values = catalogue.flatMap(({ labels }) =>
      Object.entries(labels).flatMap(([label, known]) =>
        typeof known === 'string' || many.has(label) ? [] : known,
      ),
    );
    const text = read(page);
    expect(values.length).toBeGreaterThan(20);
    expect(values.filter((value) => !text.includes(`\`${value}\``))).toEqual([]);
  });

  it('has a name by Prometheus’ customs: counters end in _total, durations in seconds', () => {
    for (const { name, type } of catalogue) {
      expect(name).toMatch(/^wxpass_[a-z][a-z_]*[a-z]$/);
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });
});

describe('the alerts and the dashboard', () => {
  const known = new Map(catalogue.map(({ name, labels }) => [name, Object.keys(labels)]));
  /** Of the scrape, not of ours. */
  const fromOutside = ['job', 'pod', 'track', 'instance'];

  it('ask only for metrics and labels that there are', () => {
    const all = queries().flatMap(asked);
    expect(all.length).toBeGreaterThan(40);
    const wrong = all.flatMap(({ name, labels }) => {
      const own = known.get(name);
      if (!own) return [name];
      return labels
        .filter((label) => ![...own, ...fromOutside].includes(label))
        .map((label) => `${name}{${label}}`);
    });
    expect(wrong).toEqual([]);
  });

  it('would be found out if they asked for others', () => {
    expect(asked('rate(wxpass_made_up_bucket{doors=~"a"}[5m])')).toEqual([
      { name: 'wxpass_made_up', labels: ['doors'] },
    ]);
  });
});

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
