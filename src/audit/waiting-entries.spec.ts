import { toAuditEntry } from './audit-entry.js';
import { WaitingEntries } from './waiting-entries.js';

/** @param names those that begin with f failed */
function wait(names: string) {
  const waiting = new WaitingEntries();
  const entries = names.split(' ').map((username) => {
    const outcome = username.startsWith('f') ? 'failure' : 'success';
    return toAuditEntry({ event: 'login', outcome, username });
  });
  for (const entry of entries) waiting.add(entry);
  return { waiting, entries, next: (count = 100) => waiting.next(count).map(({ username }) => username) };
}

describe('entries that wait to be written', () => {
  it('come in their order, failures after all others', () => {
    const { waiting, next } = wait('f1 s1 f2 s2 s3');
    expect(waiting.size).toBe(5);
    expect(next()).toEqual(['s1', 's2', 's3', 'f1', 'f2']);
    expect(next(2)).toEqual(['s1', 's2']);
    expect(next(4)).toEqual(['s1', 's2', 's3', 'f1']);
  });

  it('are dropped failures first, each kind the oldest first', () => {
    const { waiting, next } = wait('s1 f1 s2 f2');
    const left = [];
    for (let i = 0; i < 4; i++) {
      waiting.dropOne();
      left.push(next().join(' '));
    }
    expect(left).toEqual(['s1 s2 f2', 's1 s2', 's2', '']);
  });

  it('are taken out once written, and say how many of them had not been dropped', () => {
    const { waiting, entries, next } = wait('s1 f1 s2 f2');
    waiting.dropOne();
    expect(waiting.takeOut(entries.slice(0, 3))).toBe(2);
    expect(next()).toEqual(['f2']);
    expect(waiting.size).toBe(1);
  });
});
