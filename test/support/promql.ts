import { parser } from '@prometheus-io/lezer-promql';

/** Where an expression is not PromQL, each place as the text before it; variables of Grafana stand for durations and names. */
export function promqlFaults(expression: string): string[] {
  const text = expression.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'wxpass');
  const faults: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from }) => {
      if (type.isError) faults.push(`after: ${text.slice(0, from)}`);
    },
  });
  return faults;
}
