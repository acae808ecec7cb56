import { readFileSync } from 'node:fs';

/** Descriptors that a process of ours may have open; Node raises its limit to the hard one as it starts. */
export function openFilesAllowed(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? NaN);
}
