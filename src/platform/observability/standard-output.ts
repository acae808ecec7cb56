import { LogOutput } from './log-output.js';

let output: LogOutput | undefined;

/** Where this process logs to: one for all, so that lines never mix. */
export function standardOutput(): LogOutput {
  return (output ??= new LogOutput(1));
}
