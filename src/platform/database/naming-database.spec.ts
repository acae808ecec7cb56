import { QueryFailedError } from 'typeorm';
import { StartFault } from '../config/start-fault.js';
import { namingDatabase } from './naming-database.js';

const file = { kind: 'sqlite', file: 'data/wxpass.db', tls: false, poolSize: 1, migrate: true } as const;
const server = {
  kind: 'mysql',
  host: 'db.example.test',
  port: 3306,
  user: 'wxpass',
  password: 'planted secret',
  name: 'login',
  tls: false,
  poolSize: 1,
  migrate: false,
} as const;

const failing = (error: unknown, config: typeof file | typeof server = file) => {
  const fail = async () => {
    throw error;
  };
  return namingDatabase(config, fail).catch((thrown: unknown) => thrown);
};
const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('a database that cannot be used', () => {
  it.each([
    [coded('EACCES'), 'names the file data/wxpass.db, which this process may not write (EACCES)'],
    [coded('EROFS'), 'names the file data/wxpass.db, where nothing may be written (EROFS)'],
    [coded('ENOSPC'), 'names the file data/wxpass.db, where the disk is full (ENOSPC)'],
    [
      new QueryFailedError('INSERT', [], coded('SQLITE_FULL')),
      'names the file data/wxpass.db, where the disk is full (SQLITE_FULL)',
    ],
    [
      coded('', 'ConnectionFailed("Unable to open connection to local database data/wxpass.db: 14")'),
      'names the file data/wxpass.db, which this process may not write (SQLITE_CANTOPEN)',
    ],
    [coded('SQLITE_NOTADB'), 'names the file data/wxpass.db, which is no SQLite database (SQLITE_NOTADB)'],
  ])('is a file, and why: %s', async (error, problem) => {
    const fault = (await failing(error)) as StartFault;
    expect(fault).toBeInstanceOf(StartFault);
    expect(fault.message).toBe(`DATABASE_URL ${problem}`);
  });

  it('is a server, by address, database and user, never the password', async () => {
    const fault = (await failing(coded('ECONNREFUSED'), server)) as StartFault;
    expect(fault.message).toBe(
      'DATABASE_URL or DATABASE_HOST names, for the database login and the user wxpass, db.example.test:3306, ' +
        'where nothing listens (ECONNREFUSED)',
    );
    expect(fault.code).toBe('ECONNREFUSED');
  });

  it('is told once', async () => {
    const first = await failing(coded('ECONNREFUSED'), server);
    expect(await failing(first, server)).toBe(first);
  });

  it.each([new Error('a mistake of ours'), coded('ER_DUP_KEYNAME'), 'no error', undefined])(
    'is not what failed where it is something else: %s',
    async (error) => {
      expect(await failing(error)).toBe(error);
    },
  );
});
