import type { EntityManager } from 'typeorm';
import { engineOf, useIndex } from '../platform/database/statement.js';
import { AppError } from '../platform/errors/app-error.js';
import { UserEntity } from './user.entity.js';

/** Who may administer: a locked administrator cannot. */
const administrators = { role: 'admin', status: 'active' } as const;

/**
 * Holds all active administrators for the rest of the transaction, so that two who stop being one at the same moment see
 * each other. To be called before any user is held, so that all who do so queue in one order, that of the index: a write
 * that changes nothing, of a column that no index has. Nobody else is held by it.
 */
export async function holdAdministrators(manager: EntityManager): Promise<void> {
  const byRole = useIndex(engineOf(manager.dataSource), 'users_role');
  const { role, status } = administrators;
  await manager.query(
    `UPDATE users ${byRole} SET last_login_at = last_login_at WHERE role = ? AND status = ?`,
    [role, status],
  );
}

/**
 * To be asked once the administrators are held.
 * @throws AppError last_administrator where nobody but this user is an active administrator, and this user is one
 */
export async function requireAnotherAdministrator(manager: EntityManager, userId: string): Promise<void> {
  const [first, second] = await manager.find(UserEntity, {
    select: { id: true },
    where: administrators,
    take: 2,
  });
  if (first?.id === userId && !second) throw new AppError('last_administrator');
}

/** Whether this user is one of those that at least one must be left of. */
export function isAdministrator({ role, status }: Pick<UserEntity, 'role' | 'status'>): boolean {
  return role === administrators.role && status === administrators.status;
}

/** Whether anybody is left who may administer. */
export function hasAdministrator(manager: EntityManager): Promise<boolean> {
  return manager.existsBy(UserEntity, administrators);
}
