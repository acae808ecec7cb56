import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/**
 * TypeORM gives every caller the same SQLite connection, so that transactions that overlap become savepoints of each
 * other and a rollback takes its neighbours along. This gate lets one transaction at a time through, and no query of
 * anyone else in between.
 */
export function installSqliteGate(dataSource: DataSource): void {
  const inside = new AsyncLocalStorage<true>();
  const runner = dataSource.createQueryRunner();
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    waiting += 1;
    const turn = tail.then(() => inside.run(true, work));
    tail = turn.catch(() => undefined).finally(() => (waiting -= 1));
    return turn;
  }

  const isFree = () => inside.getStore() === true || (waiting === 0 && !runner.isTransactionActive);
  gateTransactions(dataSource.manager, inside, alone);
  gateQueries(runner, isFree, alone);
}

type Alone = <Result>(work: () => Promise<Result>) => Promise<Result>;
type Transaction = (...parameters: unknown[]) => Promise<unknown>;

function gateTransactions(manager: EntityManager, inside: AsyncLocalStorage<true>, alone: Alone): void {
  const transaction = manager.transaction.bind(manager) as Transaction;
  const gated: Transaction = (...parameters) =>
    inside.getStore() ? transaction(...parameters) : alone(() => transaction(...parameters));
  manager.transaction = gated;
  // These open transactions on the runner directly, behind the manager's back.
  for (const name of ['save', 'remove', 'softRemove', 'recover'] as const) {
    const original = (manager[name] as Transaction).bind(manager);
    const whole: Transaction = (...parameters) =>
      inside.getStore() ? original(...parameters) : alone(() => original(...parameters));
    Object.assign(manager, { [name]: whole });
  }
}

function gateQueries(runner: QueryRunner, isFree: () => boolean, alone: Alone): void {
  const query = runner.query.bind(runner) as Transaction;
  const gated: Transaction = (...parameters) =>
    isFree() ? query(...parameters) : alone(() => query(...parameters));
  runner.query = gated as QueryRunner['query'];
}
