import { setTimeout as sleep } from 'node:timers/promises';
import { remembered } from './remembered.js';

/** Answers with how often it was asked, or fails, when it is told to and as late as it is told. */
class Slow {
  asked = 0;
  now = 0;
  private readonly waiting: ((fails: boolean) => void)[] = [];

  readonly ask = async (): Promise<number> => {
    const answer = (this.asked += 1);
    if (await new Promise<boolean>((resolve) => this.waiting.push(resolve))) throw new Error('away');
    return answer;
  };

  readonly clock = () => this.now;

  async answer({ afterMs = 0, fails = false } = {}): Promise<void> {
    this.now += afterMs;
    this.waiting.shift()!(fails);
    await sleep(0);
  }
}

describe('what is remembered', () => {
  let slow: Slow;
  let count: () => Promise<number>;
  beforeEach(() => {
    slow = new Slow();
    count = remembered(200, slow.ask, slow.clock);
  });

  async function first(how?: Parameters<Slow['answer']>[0]): Promise<void> {
    const answer = count();
    await slow.answer(how);
    await answer;
  }

  it('is asked once, however many want to know at the same time', async () => {
    const all = Array.from({ length: 50 }, () => count());
    await slow.answer();
    expect(new Set(await Promise.all(all))).toEqual(new Set([1]));
    expect(await count()).toBe(1);
    expect(slow.asked).toBe(1);
  });

  it('keeps nobody waiting while it is asked anew', async () => {
    await first();
    slow.now += 210;
    expect(await count()).toBe(1);
    expect(await count()).toBe(1);
    expect(slow.asked).toBe(2);
    await slow.answer();
    expect(await count()).toBe(2);
  });

  it('is never twice as old as it may be', async () => {
    await first();
    slow.now += 410;
    const second = count();
    await slow.answer();
    expect(await second).toBe(2);
  });

  it('is asked more rarely where an answer takes long', async () => {
    await first({ afterMs: 50 });
    slow.now += 900;
    expect(await count()).toBe(1);
    expect(slow.asked).toBe(1);
    slow.now += 100;
    expect(await count()).toBe(1);
    expect(slow.asked).toBe(2);
  });

  it('is asked again after a failure, but not before a failure that took long has rested', async () => {
    await expect(first({ afterMs: 5, fails: true })).rejects.toThrow('away');
    slow.now += 90;
    await expect(count()).rejects.toThrow('away');
    expect(slow.asked).toBe(1);
    slow.now += 5;
    await first();
    expect(await count()).toBe(2);
  });

  it('rests after no failure for longer than after an answer', async () => {
    await expect(first({ afterMs: 50, fails: true })).rejects.toThrow('away');
    slow.now += 150;
    await first();
    expect(await count()).toBe(2);
  });

  it('keeps its former answer through a failure', async () => {
    await first();
    slow.now += 210;
    await count();
    await slow.answer({ fails: true });
    expect(await count()).toBe(1);
    await slow.answer();
    expect(await count()).toBe(3);
  });
});
