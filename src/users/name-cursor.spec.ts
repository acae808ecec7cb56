import { toCursor } from '../platform/http/cursor.js';
import { fromNameCursor, longestUserCursor, toNameCursor } from './name-cursor.js';

const id = '0199c3a4-5d1e-7c42-9a6b-3f0e8d7c1b25';

describe('the cursor of a list by name', () => {
  it.each(['a', '小明😀', 'x'.repeat(64), '😀'.repeat(64), ' '])('keeps the name %j and the id', (name) => {
    const cursor = toNameCursor({ name, id });
    expect(fromNameCursor(cursor)).toEqual({ name, id });
    expect(cursor.length).toBeLessThanOrEqual(longestUserCursor);
  });

  it('is told from one that is an id, and from what is none of ours', () => {
    const good = toNameCursor({ name: 'ali', id });
    const none = [
      toCursor(id),
      '',
      'ali',
      `${good}=`,
      `${good} `,
      good.slice(1),
      toNameCursor({ name: 'a\0', id }),
    ];
    expect(none.map((cursor) => fromNameCursor(cursor))).toEqual(none.map(() => undefined));
  });
});
