import type { EntityManager } from 'typeorm';
import { UserPasswordEntity } from './user-password.entity.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';

/** Whether anybody could log in as this user. */
export async function hasWayIn(manager: EntityManager, userId: string): Promise<boolean> {
  return (await manager.existsBy(WechatIdentityEntity, { userId })) || hasPassword(manager, userId);
}

export function hasPassword(manager: EntityManager, userId: string): Promise<boolean> {
  return manager.existsBy(UserPasswordEntity, { userId });
}

/** Goes where the username goes; the other must have none. */
export async function movePassword(manager: EntityManager, from: string, to: string): Promise<void> {
  await manager.update(UserPasswordEntity, { userId: from }, { userId: to });
}
