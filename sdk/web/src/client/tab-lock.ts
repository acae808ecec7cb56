/** Does the work while no other tab of the origin does the like; where the browser has no locks, at once. */
export function inOneTab<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  return locks ? locks.request(name, work) : work();
}
