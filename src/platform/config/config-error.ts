import type { Variable } from './variable.js';
import { variables } from './variables.js';

/** One thing wrong with one variable, in words that never hold a secret's value. */
export interface ConfigFault {
  variable: string;
  problem: string;
  example: string;
}

/** All that is wrong with the environment, at once. */
export class ConfigError extends Error {
  constructor(readonly faults: ConfigFault[]) {
    super(
      faults
        .map(({ variable, problem, example }) => `${variable} ${problem} (example: ${example})`)
        .join('\n'),
    );
    this.name = 'ConfigError';
  }
}

/** Collects faults so that an operator sees all of them after one try. */
export class Faults {
  readonly list: ConfigFault[] = [];

  add(name: string, problem: string): void {
    const { example } = (variables as Record<string, Variable>)[name] ?? { example: '' };
    this.list.push({ variable: name, problem, example });
  }

  has(name: string): boolean {
    return this.list.some(({ variable }) => variable === name);
  }
}
