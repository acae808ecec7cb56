import { ScanWatch } from './scan-watch.js';

const minuteMs = 60_000;

describe('a watch of a scan', () => {
  it('wakes at news, and once for news that came before it was asked', async () => {
    const watch = new ScanWatch(() => undefined);
    const woken = watch.next(minuteMs);
    watch.notify();
    expect(await woken).toBe(true);
    watch.notify();
    watch.notify();
    expect(await watch.next(minuteMs)).toBe(true);
    expect(await watch.next(1)).toBe(false);
  });

  it('is over once, and wakes who sleeps', async () => {
    const left: ScanWatch[] = [];
    const watch = new ScanWatch((ended) => left.push(ended));
    const woken = watch.next(minuteMs);
    watch.end();
    watch.end();
    expect(await woken).toBe(false);
    expect(watch.isOver).toBe(true);
    expect(left).toEqual([watch]);
    expect(await watch.next(minuteMs)).toBe(false);
  });

  it('is over after its time', async () => {
    const watch = new ScanWatch(() => undefined);
    watch.endAfter(5);
    expect(await watch.next(minuteMs)).toBe(false);
    expect(watch.isOver).toBe(true);
  });
});
