import { describeError } from '../observability/describe-error.js';
import { ConfigError } from './config-error.js';
import { StartFault } from './start-fault.js';

const exitConfigurationFault = 78;
const exitOther = 1;

/** Says on stderr what is wrong, in words an operator can act on; the exit code tells a mistake from an outage. */
export function explainFailedStart(error: unknown): number {
  if (error instanceof ConfigError) {
    console.error(`wxpass cannot start, the configuration has ${error.faults.length} fault(s):`);
    for (const { variable, problem, example } of error.faults) {
      console.error(`  ${variable} ${problem}\n    example: ${example}`);
    }
    return exitConfigurationFault;
  }
  if (error instanceof StartFault) {
    console.error(`wxpass cannot start:\n  ${error.message}`);
    return exitOther;
  }
  const { type, message, reason, stack } = describeError(error);
  console.error(`wxpass cannot start: ${reason ?? type}: ${message}\n${stack ?? ''}`);
  return exitOther;
}
