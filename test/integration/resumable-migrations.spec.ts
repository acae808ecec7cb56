import { type DataSource, type QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { withMigrationDataSource } from '../../src/platform/database/migrate.js';
import { shared, type OpenBackend } from '../support/backends.js';

const letter = { name: 'letter', type: 'varchar', length: '255' };
const index = { name: 'pages_letter', columnNames: ['letter', 'book'], isUnique: true };
const ofBook = {
  name: 'pages_of_book',
  columnNames: ['book'],
  referencedTableName: 'books',
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE',
};

const pages = () =>
  new Table({
    name: 'pages',
    columns: [
      { name: 'id', type: 'int', isPrimary: true },
      { name: 'book', type: 'int' },
      letter,
      { name: 'note', type: 'text', isNullable: true },
    ],
    indices: [index],
    foreignKeys: [ofBook],
  });

/** What a process left behind that died, or somebody else made: with each part in another shape than a migration wants. */
interface Parts {
  letter: string;
  note: string;
  index: string;
  key: string;
}

const asWanted: Parts = {
  letter: 'letter varchar(255) NOT NULL',
  note: 'note text NULL',
  index: 'UNIQUE INDEX pages_letter (letter, book)',
  key: 'CONSTRAINT pages_of_book FOREIGN KEY (book) REFERENCES books (id) ON DELETE CASCADE',
};

const create = (parts: Partial<Parts> = {}) =>
  `CREATE TABLE pages (id int NOT NULL PRIMARY KEY, book int NOT NULL, ${Object.values({ ...asWanted, ...parts }).join(', ')})`;

const otherTables: [what: string, parts: Partial<Parts>][] = [
  ['a column of another type', { note: 'note varchar(255) NULL' }],
  ['a shorter column', { letter: 'letter varchar(16) NOT NULL' }],
  ['a column that may not be null', { note: 'note text NOT NULL' }],
  ['a column that may be null', { letter: 'letter varchar(255) NULL' }],
  ['a column more', { note: 'note text NULL, more int NULL' }],
  ['an index that lets two be alike', { index: 'INDEX pages_letter (letter, book)' }],
  ['an index of another name', { index: 'UNIQUE INDEX pages_other (letter, book)' }],
  ['an index in another order', { index: 'UNIQUE INDEX pages_letter (book, letter)' }],
  ['a foreign key that keeps rows', { key: asWanted.key.replace('CASCADE', 'NO ACTION') }],
  ['a foreign key of another name', { key: asWanted.key.replace('pages_of_book', 'pages_other') }],
  ['a foreign key to another table', { key: asWanted.key.replace('books', 'shelves') }],
];

describe('a change that a migration finds made, on MariaDB/MySQL', () => {
  let storage: OpenBackend;
  beforeEach(async () => {
    storage = await shared.open();
  });
  afterEach(() => storage.close());

  /** The outcome of a change on a database with these statements behind it: good, or the server's word. */
  async function outcomeOf(made: string[], change: (runner: QueryRunner) => Promise<void>): Promise<string> {
    const config = loadDatabaseConfig(storage.env);
    const work = async (dataSource: DataSource) => {
      const runner = dataSource.createQueryRunner();
      try {
        await runner.query('CREATE TABLE books (id int NOT NULL PRIMARY KEY)');
        await runner.query('CREATE TABLE shelves (id int NOT NULL PRIMARY KEY)');
        for (const statement of made) await runner.query(statement);
        return await change(runner).then(
          () => 'good',
          (error: { code: string }) => error.code,
        );
      } finally {
        await runner.release();
      }
    };
    return withMigrationDataSource(config, { entities: [], migrations: [] }, work);
  }

  const createPages = (runner: QueryRunner) => runner.createTable(pages());
  const addLetter = (runner: QueryRunner) => runner.addColumn('pages', new TableColumn(letter));
  const createIndex = (runner: QueryRunner) => runner.createIndex('pages', new TableIndex(index));

  it('in the same shape is passed over', async () => {
    const again = (runner: QueryRunner) =>
      createPages(runner)
        .then(() => addLetter(runner))
        .then(() => createIndex(runner));
    expect(await outcomeOf([create()], again)).toBe('good');
  });

  it('by an earlier run of its own is passed over', async () => {
    const twice = (runner: QueryRunner) => createPages(runner).then(() => createPages(runner));
    expect(await outcomeOf([], twice)).toBe('good');
  });

  it.each(otherTables)('as a table with %s stops the migration', async (_, parts) => {
    expect(await outcomeOf([create(parts)], createPages)).toBe('ER_TABLE_EXISTS_ERROR');
  });

  it('as a column of another form stops the migration', async () => {
    const shorter = create({ letter: 'letter varchar(16) NOT NULL' });
    expect(await outcomeOf([shorter], addLetter)).toBe('ER_DUP_FIELDNAME');
  });

  it('as an index that lets two be alike stops the migration', async () => {
    const lax = create({ index: 'INDEX pages_letter (letter, book)' });
    expect(await outcomeOf([lax], createIndex)).toBe('ER_DUP_KEYNAME');
  });
});
