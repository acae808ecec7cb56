import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** How many sessions each user has in the database, ended ones included. */
export async function countSessions(databaseUrl: string): Promise<Map<string, number>> {
  const connection = await createConnection({ uri: databaseUrl });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT user_id, COUNT(*) AS sessions FROM sessions GROUP BY user_id',
    );
    return new Map(rows.map((row) => [String(row.user_id), Number(row.sessions)]));
  } finally {
    await connection.end();
  }
}
