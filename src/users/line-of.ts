import { IsNull, type EntityManager } from 'typeorm';
import { UserMergeEntity } from './user-merge.entity.js';

/** A user and all who became that user, however many steps ago. */
export async function lineOf(manager: EntityManager, id: string): Promise<string[]> {
  const line = [id];
  for (const survivorId of line) {
    const merges = await manager.findBy(UserMergeEntity, { survivorId, undoneAt: IsNull() });
    line.push(...merges.map(({ mergedId }) => mergedId));
  }
  return line;
}
