import { AppError } from '../platform/errors/app-error.js';
import { StaleRead } from './living-user.js';
import { retryRaces } from './retry-races.js';

const ofDriver = (code: string) => Object.assign(new Error(code), { driverError: { code } });

/** Work that fails so often before it succeeds. */
const failing = (error: Error, times: number) => {
  let runs = 0;
  const work = () => {
    runs += 1;
    return runs <= times ? Promise.reject(error) : Promise.resolve(runs);
  };
  return { work, runs: () => runs };
};

describe('work that may lose a race', () => {
  it.each([
    ['the engine preferred another transaction', ofDriver('ER_LOCK_DEADLOCK')],
    ['what it read has changed', ofDriver('ER_CHECKREAD')],
    ['the file is being written', ofDriver('SQLITE_BUSY')],
    ['another inserted the same on MySQL', ofDriver('ER_DUP_ENTRY')],
    ['another inserted the same on SQLite', ofDriver('SQLITE_CONSTRAINT_UNIQUE')],
    ['a user is somebody else by now', new StaleRead()],
  ])('begins anew where %s', async (_, error) => {
    expect(await retryRaces(failing(error, 9).work)).toBe(10);
  });

  it('gives up after ten attempts, and says that it may be tried again later', async () => {
    const { work, runs } = failing(ofDriver('ER_LOCK_DEADLOCK'), 100);
    await expect(retryRaces(work)).rejects.toMatchObject({
      error: 'dependency_unavailable',
      retryAfterSeconds: 1,
    });
    expect(runs()).toBe(10);
  });

  it.each([
    ['a refusal', new AppError('identity_conflict')],
    ['a fault', ofDriver('ER_PARSE_ERROR')],
  ])('does not repeat %s', async (_, error) => {
    const { work, runs } = failing(error, 100);
    await expect(retryRaces(work)).rejects.toBe(error);
    expect(runs()).toBe(1);
  });
});
