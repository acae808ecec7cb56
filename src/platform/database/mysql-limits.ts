import type { DataSource, Driver } from 'typeorm';

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
 * What mysql2 leaves unbounded: waiting for a free connection, a server that falls silent just after it was connected,
 * and a connection that goes on after its query was given up. Each new connection also gets READ COMMITTED, which locks
 * no gaps, and short lock waits where queries are short.
 */
export function installMysqlLimits(
  dataSource: DataSource,
  acquireTimeoutMs: number,
  queryTimeoutMs?: number,
): void {
  const { pool } = dataSource.driver as Driver & { pool: Pool };
  const ready = new WeakSet<Connection>();
  const getConnection = pool.getConnection.bind(pool);
  pool.getConnection = (callback) => {
    const attempt = limited(callback, acquireTimeoutMs);
    getConnection((error, connection) => {
      if (!connection || attempt.isOver() || ready.has(connection)) return attempt.finish(error, connection);
      attempt.destroyOnTimeout(connection);
      prepareSession(connection, queryTimeoutMs, (failure) => {
        if (failure) {
          connection.destroy();
          return attempt.finish(failure);
        }
        ready.add(connection);
        destroyAfterTimeout(connection);
        keepPromises(connection);
        attempt.finish(null, connection);
      });
    });
  };
}

/** One attempt at a connection: answered once, with what comes first of a connection, an error and the end of its time. */
function limited(callback: Taken, timeoutMs: number) {
  let over = false;
  let unfinished: Connection | undefined;
  const timer = setTimeout(() => {
    over = true;
    unfinished?.destroy();
    callback(poolTimeout());
  }, timeoutMs);
  return {
    isOver: () => over,
    destroyOnTimeout: (connection: Connection) => {
      unfinished = connection;
    },
    finish: (error: Error | null, connection?: Connection) => {
      if (over) return void (connection !== unfinished && connection?.release());
      over = true;
      clearTimeout(timer);
      callback(error, connection);
    },
  };
}

function prepareSession(
  connection: Connection,
  queryTimeoutMs: number | undefined,
  done: (failure: Error | null) => void,
): void {
  const statements = ['SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'];
  if (queryTimeoutMs !== undefined) {
    statements.push(`SET SESSION innodb_lock_wait_timeout = ${Math.ceil(queryTimeoutMs / 1000)}`);
  }
  const next = (): void => {
    const statement = statements.shift();
    if (statement === undefined) return done(null);
    connection.query(statement, (failure: Error | null) => (failure ? done(failure) : next()));
  };
  next();
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
