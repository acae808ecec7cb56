import { v7 as newId } from 'uuid';
import { AppError } from '../errors/app-error.js';
import { toCursor } from './cursor.js';
import { idOfCursor, pageOf } from './page.js';

describe('a page', () => {
  const rows = Array.from({ length: 3 }, () => ({ id: newId() }));
  const ids = rows.map(({ id }) => id);
  const idOf = ({ id }: { id: string }) => id;

  it('ends with the cursor of its last item where there are more', () => {
    const { items, nextCursor } = pageOf(rows, 2, idOf);
    expect(items).toEqual(ids.slice(0, 2));
    expect(nextCursor).not.toContain(ids[1]);
    expect(idOfCursor(nextCursor!)).toBe(ids[1]);
  });

  it.each([3, 4])('is the last where it has room for %d and all are there', (limit) => {
    expect(pageOf(rows, limit, idOf)).toEqual({ items: ids, nextCursor: null });
  });

  it.each(['', 'x', ids[0]!, `${toCursor(ids[0]!)}=`, "' OR 1=1 --"])(
    'does not go on from %j, which is no cursor of ours, and says so of `cursor`',
    (cursor) => {
      let thrown: unknown;
      try {
        idOfCursor(cursor);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ error: 'invalid_request' });
      const fields = [{ path: 'cursor', message: expect.any(String) }];
      expect((thrown as AppError).detailsIn('en')).toEqual({ fields });
    },
  );
});
