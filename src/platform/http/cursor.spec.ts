import { fromCursor, toCursor } from './cursor.js';

describe('a cursor', () => {
  it('gives its id back, and nothing else that looks like one does', () => {
    const id = '019f8a1c-5d20-7c42-9a6b-3f0e8d7c1b25';
    const cursor = toCursor(id);
    expect(cursor).toMatch(/^[\w-]{22}$/);
    expect(fromCursor(cursor)).toBe(id);
    const others = ['', 'x', id, `${cursor}=`, `${cursor} `, cursor.slice(1), `${cursor}${cursor}`];
    // A last character whose spare bits are set, and bytes that are no UUID.
    others.push(cursor.slice(0, -1) + String.fromCharCode(cursor.charCodeAt(21) + 1), '_'.repeat(21) + '-');
    for (const other of others) expect([other, fromCursor(other)]).toEqual([other, undefined]);
  });
});
