import { Readable } from 'node:stream';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';

type Cell = string | number | null;

/** The rows of one table, in the order of its primary key; no cell holds a tab, a newline or a backslash. */
export interface Seed {
  table: string;
  columns: string[];
  rows: Iterable<Cell[]>;
}

const rowsPerChunk = 500;

/** Fills an empty table: the rows first, then its secondary indexes, each sorted at once. */
export async function loadTable(databaseUrl: string, seed: Seed): Promise<void> {
  const connection = await createConnection({ uri: databaseUrl });
  try {
    // With the checks on, an index that a foreign key needs could not be taken away.
    await connection.query('SET unique_checks = 0, foreign_key_checks = 0');
    const indexes = await secondaryIndexes(connection, seed.table);
    await alter(
      connection,
      seed.table,
      indexes.map(({ name }) => `DROP INDEX ${name}`),
    );
    await connection.query({
      sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${seed.table} CHARACTER SET utf8mb4 (${seed.columns.join()})`,
      infileStreamFactory: () => Readable.from(chunks(seed.rows)),
    });
    await alter(
      connection,
      seed.table,
      indexes.map(({ definition }) => `ADD ${definition}`),
    );
    await connection.query(`ANALYZE TABLE ${seed.table}`);
  } finally {
    await connection.end();
  }
}

interface SecondaryIndex {
  name: string;
  definition: string;
}

async function secondaryIndexes(connection: Connection, table: string): Promise<SecondaryIndex[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT index_name AS name, MAX(non_unique) AS repeats, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS columns
     FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = ? AND index_name <> 'PRIMARY' GROUP BY index_name`,
    [table],
  );
  return rows.map(({ name, repeats, columns }) => ({
    name: String(name),
    definition: `${Number(repeats) ? '' : 'UNIQUE '}INDEX ${name} (${columns})`,
  }));
}

async function alter(connection: Connection, table: string, changes: string[]): Promise<void> {
  if (changes.length > 0) await connection.query(`ALTER TABLE ${table} ${changes.join(', ')}`);
}

function* chunks(rows: Iterable<Cell[]>): Generator<Buffer> {
  let lines = '';
  let count = 0;
  for (const row of rows) {
    lines += `${row.map((cell) => cell ?? '\\N').join('\t')}\n`;
    if (++count % rowsPerChunk > 0) continue;
    yield Buffer.from(lines);
    lines = '';
  }
  if (lines) yield Buffer.from(lines);
}
