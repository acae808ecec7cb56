import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counters, gauges, histograms } from '../../src/platform/observability/metric-catalogue.js';
import { alertsIn, readRuleGroups } from '../support/prometheus-rules.js';
import { promqlFaults } from '../support/promql.js';

const root = join(__dirname, '../..');
const groups = readRuleGroups();
const rules = alertsIn(groups).map((rule) => ({ name: rule.alert, ...rule }));
const dashboard = JSON.parse(read('deploy/observability/grafana-dashboard.json'));
const panels: any[] = dashboard.panels.filter(({ type }: any) => type !== 'row');

describe('what is recorded', () => {
  const recorded = groups.flatMap(({ rules }) => rules).filter(({ record }) => record !== undefined);

  it.each(recorded)('$record is written in PromQL, and an alert asks for it', ({ record, expr }) => {
    expect(promqlFaults(expr)).toEqual([]);
    expect(rules.some((alert) => alert.expr.includes(record!))).toBe(true);
  });
});

describe('the alerts', () => {
  it.each(rules)('$name is written in PromQL', ({ expr }) => {
    expect(promqlFaults(expr)).toEqual([]);
  });

  it.each(rules)('$name says how grave it is and what has happened', ({ labels, annotations }) => {
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(annotations.summary).not.toBe('');
  });

  it.each(rules)('$name has a heading in the runbook, in both languages', ({ name, annotations }) => {
    expect(annotations.runbook_url).toBe(`docs/operations.md#${name.toLowerCase()}`);
    expect(headings('docs/operations.md')).toContain(name);
    expect(headings('docs/operations.zh-CN.md')).toContain(name);
  });

  it('are all that the runbook has headings for', () => {
    const inRunbook = headings('docs/operations.md').filter((heading) => heading.startsWith('Wxpass'));
    expect(inRunbook.sort()).toEqual([...new Set(rules.map(({ name }) => name))].sort());
  });

  it('would be found out if they were not PromQL', () => {
    expect(promqlFaults('sum by (door) (rate(wxpass_logins_total[5m])')).not.toEqual([]);
    expect(promqlFaults('rate(wxpass_logins_total{door=~}[5m])')).not.toEqual([]);
  });
});

describe('the dashboard', () => {
  it.each(panels)('$title asks in PromQL', ({ targets }) => {
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.flatMap(({ expr }: any) => promqlFaults(expr))).toEqual([]);
  });

  it('has each panel once, and none over another', () => {
    const ids = dashboard.panels.map(({ id }: any) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }: any) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('shows every metric of ours', () => {
    const shown = panels.flatMap(({ targets }) => targets.map(({ expr }: any) => expr)).join('\n');
    const names = Object.values({ ...counters, ...gauges, ...histograms }).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !new RegExp(`\\b${name}(_bucket|_count)?\\{`).test(shown))).toEqual([]);
  });

  it('asks the Prometheus and the job that its reader chose', () => {
    for (const { datasource, targets } of panels) {
      expect(datasource.uid).toBe('${datasource}');
      for (const { expr } of targets) expect(expr).toContain('job=~"$job"');
    }
  });
});

function headings(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
