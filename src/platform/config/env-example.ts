import { variableGroups } from './variables.js';
import type { Variable } from './variable.js';

/** The text of `.env.example`: every variable with its meaning, its default or an example, commented out. */
export function envExample(): string {
  const groups = Object.entries(variableGroups).map(([title, group]) =>
    [`# ── ${title} ──`, ...Object.entries(group as Record<string, Variable>).map(describe)].join('\n\n'),
  );
  return [
    '# Every variable the service reads. Written by `npm run env:example`; do not edit.',
    ...groups,
    '',
  ].join('\n\n');
}

function describe([name, { about, example, secret, default: value }]: [string, Variable]): string {
  const twin = secret ? ` (or ${name}_FILE, a path)` : '';
  return `# ${about}${twin}\n# ${name}=${value ?? example}`;
}
