import { textTable } from './text-table.js';

describe('a table in a terminal', () => {
  it('keeps columns below each other, also of wide characters, and marks what is not there', () => {
    const rows = [
      { id: '1', nickname: '小王', email: 'a@example.com' },
      { id: '22', nickname: 'Ada', email: null },
    ];
    expect(textTable(rows, ['id', 'nickname', 'email']).split('\n')).toEqual([
      'id  nickname  email',
      '1   小王      a@example.com',
      '22  Ada       -',
    ]);
  });

  it('lets nobody’s name move the cursor, break a line or turn the writing round', () => {
    const nickname = 'a\u001b[2Jb\nc\u202ed\u2028e';
    expect(textTable([{ nickname }], ['nickname'])).toBe('nickname\na\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe');
  });

  it('says how to go on', () => {
    expect(textTable([{ id: '1' }], ['id'], 'abc')).toBe('id\n1\n--cursor abc');
  });
});
