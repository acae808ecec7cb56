import { In, type EntityManager } from 'typeorm';
import { UserEntity, type UserStatus } from './user.entity.js';

/** What was read is true no more; the same work, begun anew, finds what is. */
export class StaleRead extends Error {
  constructor() {
    super('the rows have changed since they were read');
    this.name = 'StaleRead';
  }
}

/** Finds a user who is neither erased nor another by now: for writes that may come late. */
export function living(id: string) {
  return { id, status: In<UserStatus>(['active', 'locked']) };
}

/**
 * Holds these users for the rest of the transaction, so that none of them is erased or becomes another meanwhile: a write that
 * changes nothing, which unlike SELECT … FOR UPDATE every engine knows. To be called before anything is read, for only
 * then do reads see what others had done.
 * @throws StaleRead where one is erased or has become another
 */
export async function holdLiving(manager: EntityManager, ...ids: string[]): Promise<void> {
  const { affected } = await manager
    .createQueryBuilder()
    .update(UserEntity)
    .set({ status: () => 'status' })
    .where("id IN (:...ids) AND status IN ('active', 'locked')", { ids })
    .execute();
  if (affected !== new Set(ids).size) throw new StaleRead();
}
