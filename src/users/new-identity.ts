import { v7 as newId } from 'uuid';
import type { ProvenIdentity } from './proven-identity.js';
import type { SessionKeys } from './session-keys.service.js';
import type { WechatIdentityEntity } from './wechat-identity.entity.js';

/** The row of an identity that is a user's from now on, with its first session_key sealed. */
export function newIdentity(
  sessionKeys: SessionKeys,
  userId: string,
  proof: ProvenIdentity,
): WechatIdentityEntity {
  const { kind, appId, openid, unionid = null, unionidStatus, sessionKey } = proof;
  const id = newId();
  return {
    id,
    userId,
    kind,
    appId,
    openid,
    unionid,
    unionidStatus,
    sessionKeysSealed: sessionKey === undefined ? null : sessionKeys.first(id, sessionKey),
    linkedAt: Date.now(),
  };
}
