import { readManifests } from './manifests.js';

/** What Prometheus evaluates again and again: it raises an alert, or it records a series. */
export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface Alert extends Rule {
  alert: string;
}

export interface RuleGroup {
  name: string;
  rules: Rule[];
}

/** All that deploy/ has, of each file. */
export function readRuleGroups(): RuleGroup[] {
  return readManifests('deploy')
    .manifests.filter(({ content }) => content.kind === 'PrometheusRule')
    .flatMap(({ content }) => content.spec.groups as RuleGroup[]);
}

export function alertsIn(groups: RuleGroup[]): Alert[] {
  return groups.flatMap(({ rules }) => rules).filter((rule): rule is Alert => rule.alert !== undefined);
}
