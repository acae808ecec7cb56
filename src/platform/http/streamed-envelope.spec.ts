import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { streamSuccess } from './streamed-envelope.js';

async function* pages<Item>(...all: Item[][]): AsyncGenerator<Item[]> {
  yield* all;
}

describe('an answer that is written as it is read', () => {
  it('has the form of every other, and its pages are one list each', async () => {
    const answer = streamSuccess({
      one: { 'quoted "name"': '值' },
      none: null,
      acts: pages<unknown>([1, 'two'], [], [{ three: 3 }]),
      empty: pages(),
      blank: pages([]),
      last: 'word',
    });
    expect(JSON.parse(await text(answer))).toEqual({
      code: 0,
      message: 'ok',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      data: {
        one: { 'quoted "name"': '值' },
        none: null,
        acts: [1, 'two', { three: 3 }],
        empty: [],
        blank: [],
        last: 'word',
      },
    });
  });

  it('reads no page before somebody has room for it, and stops where they leave', async () => {
    let read = 0;
    let stopped = false;
    async function* endless() {
      try {
        for (;;) yield [(read += 1)];
      } finally {
        stopped = true;
      }
    }
    const answer = streamSuccess({ acts: endless() });
    for (let piece = 0; piece < 5; piece++) {
      await once(answer, 'readable');
      answer.read();
    }
    await sleep(50);
    expect(read).toBeGreaterThan(1);
    expect(read).toBeLessThan(8);
    answer.destroy();
    await once(answer, 'close');
    expect(stopped).toBe(true);
  });

  it('breaks off where a page cannot be read', async () => {
    async function* broken() {
      yield [1];
      throw new Error('the database is away');
    }
    await expect(text(streamSuccess({ acts: broken() }))).rejects.toThrow('the database is away');
  });
});
