import type { DataSource } from 'typeorm';

/** The parts of mysql2's pool and connections that the limits need. */
interface Connection {
  query(...parameters: unknown[]): unknown;
  promise(): unknown;
  destroy(): void;
  release(): void;
}
type Taken = (error: Error | null, connection?: Connection) => void;
interface Pool {
  getConnection(callback: Taken): void;
}

interface PoolTimeout extends Error {
  code: string;
}

/**
 * What mysql2 leaves unbounded: waiting for a free connection, and a connection that goes on after its query was given
 * up. Each new connection also gets short lock waits, and READ COMMITTED, which locks no gaps.
 */
export function installMysqlLimits(
  dataSource: DataSource,
  acquireTimeoutMs: number,
  queryTimeoutMs?: number,
): void {
  const { pool } = dataSource.driver as unknown as { pool: Pool };
  const guarded = new WeakSet<Connection>();
  const getConnection = pool.getConnection.bind(pool);
  pool.getConnection = (callback) => {
    let waiting = true;
    const timer = setTimeout(() => {
      waiting = false;
      callback(poolTimeout());
    }, acquireTimeoutMs);
    getConnection((error, connection) => {
      clearTimeout(timer);
      if (!waiting) return connection?.release();
      if (connection && !guarded.has(connection)) {
        guarded.add(connection);
        prepareSession(connection, queryTimeoutMs);
        destroyAfterTimeout(connection);
        keepPromises(connection);
      }
      callback(error, connection);
    });
  };
}

function prepareSession(connection: Connection, queryTimeoutMs?: number): void {
  const ignore = () => undefined;
  connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', ignore);
  if (queryTimeoutMs === undefined) return;
  connection.query(`SET SESSION innodb_lock_wait_timeout = ${Math.ceil(queryTimeoutMs / 1000)}`, ignore);
}

/** A connection whose query timed out still waits for the answer; whoever took it next would wait too. */
function destroyAfterTimeout(connection: Connection): void {
  const query = connection.query.bind(connection);
  connection.query = (...parameters) => {
    const done = parameters.at(-1);
    if (typeof done !== 'function') return query(...parameters);
    return query(...parameters.slice(0, -1), (error: { code?: string } | null, ...results: unknown[]) => {
      if (error?.code === 'PROTOCOL_SEQUENCE_TIMEOUT') connection.destroy();
      (done as (...answer: unknown[]) => void)(error, ...results);
    });
  };
}

/** TypeORM asks for the promise face of a connection at each query, and mysql2 would make a new one each time. */
function keepPromises(connection: Connection): void {
  const face = connection.promise();
  connection.promise = () => face;
}

function poolTimeout(): PoolTimeout {
  return Object.assign(new Error('no database connection became free in time'), { code: 'POOL_TIMEOUT' });
}
