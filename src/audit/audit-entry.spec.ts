import { runInContext } from '../platform/http/request-context.js';
import { firstIdAt, newEntryId } from './audit-entry-id.js';
import { toAuditEntry } from './audit-entry.js';

describe('an audit entry', () => {
  it('knows when it happened, in which request, and says null of what nobody said', () => {
    const before = Date.now();
    let entry: ReturnType<typeof toAuditEntry>;
    runInContext({ traceId: 'a'.repeat(32), startedAt: 0 }, () => {
      entry = toAuditEntry({ event: 'login', outcome: 'success', userId: 'u' });
    });
    expect(entry!).toEqual({
      id: expect.any(String),
      at: expect.any(Number),
      event: 'login',
      userId: 'u',
      username: null,
      address: null,
      userAgent: null,
      appId: null,
      outcome: 'success',
      blocked: false,
      reason: null,
      traceId: 'a'.repeat(32),
    });
    expect(entry!.at).toBeGreaterThanOrEqual(before);
    expect(entry!.at).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['a'.repeat(512), 'a'.repeat(512)],
    ['a'.repeat(513), 'a'.repeat(512)],
    ['a' + '😀'.repeat(600), 'a' + '😀'.repeat(511)],
    ['😀'.repeat(512), '😀'.repeat(512)],
  ])('cuts what is too long between two code points', (userAgent, kept) => {
    expect(toAuditEntry({ event: 'login', outcome: 'failure', userAgent }).userAgent).toBe(kept);
  });
});

describe('the reason of an audit entry', () => {
  it.each([
    ['by 0199c3a4-5d1e-7c42-9a6b-3f0e8d7c1b25: 2001:db8:ffff:ffff:ffff:ffff:ffff:0/112', undefined],
    ['原'.repeat(255), undefined],
    ['😀'.repeat(256), '😀'.repeat(255)],
  ])('is cut after 255 code points', (reason, kept = reason) => {
    expect(toAuditEntry({ event: 'block_added', outcome: 'success', reason }).reason).toBe(kept);
  });
});

describe('the id of an audit entry', () => {
  it('sorts by time, and within a millisecond by when it was made', () => {
    const ids = [1_795_154_403_552, 1_795_154_403_553].flatMap((at) =>
      Array.from({ length: 500 }, () => newEntryId(at)),
    );
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(1000);
  });

  it('tells the time of its entry even where the clock was set back', () => {
    expect(newEntryId(2000) > newEntryId(1000)).toBe(true);
  });

  it.each([0, 1, 1_795_154_403_552])('lies between the first id of its millisecond and of the next', (at) => {
    for (let i = 0; i < 100; i++) {
      const id = newEntryId(at);
      expect(id >= firstIdAt(at) && id < firstIdAt(at + 1)).toBe(true);
    }
  });

  it.each([-1, Number.MAX_SAFE_INTEGER, 0.5])('has bounds for any number: %p', (at) => {
    expect(firstIdAt(at)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7000-8000-0{12}$/);
  });
});
