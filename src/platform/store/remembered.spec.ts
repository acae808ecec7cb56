import { setTimeout as sleep } from 'node:timers/promises';
import { remembered } from './remembered.js';

/** Answers with how often it was asked, when it is told to. */
class Slow {
  asked = 0;
  private readonly waiting: (() => void)[] = [];

  readonly ask = async (): Promise<number> => {
    const answer = (this.asked += 1);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return answer;
  };

  async answer(): Promise<void> {
    this.waiting.shift()!();
    await sleep(0);
  }
}

describe('what is remembered', () => {
  it('is asked once, however many want to know at the same time', async () => {
    const slow = new Slow();
    const count = remembered(10_000, slow.ask);
    const all = Array.from({ length: 50 }, () => count());
    await slow.answer();
    expect(new Set(await Promise.all(all))).toEqual(new Set([1]));
    expect(await count()).toBe(1);
    expect(slow.asked).toBe(1);
  });

  it('keeps nobody waiting while it is asked anew', async () => {
    const slow = new Slow();
    const count = remembered(200, slow.ask);
    const first = count();
    await slow.answer();
    await first;
    await sleep(210);
    expect(await count()).toBe(1);
    expect(await count()).toBe(1);
    expect(slow.asked).toBe(2);
    await slow.answer();
    expect(await count()).toBe(2);
  });

  it('is never twice as old as it may be', async () => {
    const slow = new Slow();
    const count = remembered(50, slow.ask);
    const first = count();
    await slow.answer();
    await first;
    await sleep(120);
    const second = count();
    await slow.answer();
    expect(await second).toBe(2);
  });

  it('is asked more rarely where an answer takes long', async () => {
    let asked = 0;
    const count = remembered(1, async () => {
      await sleep(50);
      return (asked += 1);
    });
    await count();
    await sleep(300);
    expect(await count()).toBe(1);
    expect(asked).toBe(1);
  });

  it('is asked again after a failure, which is told to those who have no former answer', async () => {
    const answers = [null, 7, null];
    const count = remembered(100, async () => {
      const answer = answers.shift();
      if (typeof answer !== 'number') throw new Error('away');
      return answer;
    });
    await expect(count()).rejects.toThrow('away');
    expect(await count()).toBe(7);
    await sleep(120);
    expect(await count()).toBe(7);
    await sleep(0);
    expect(answers).toEqual([]);
  });
});
