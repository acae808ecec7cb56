import { z } from 'zod';
import { wechatAppKinds, type WechatAppKind } from '../platform/config/wechat-app.js';
import { isoTime } from '../platform/http/iso-time.js';
import { unionidStatuses, type WechatIdentityEntity } from './wechat-identity.entity.js';

/** What a person sees of one way by which WeChat knows them. */
export const identityView = z.object({
  id: z.string(),
  kind: z.enum(wechatAppKinds),
  appId: z.string(),
  openid: z.string(),
  unionid: z.string().nullable(),
  unionidStatus: z
    .enum(unionidStatuses)
    .describe(
      'present: WeChat shows one, and where unionid is null it cannot be this person’s; scope_base: the official account was asked silently; app_not_bound: bind the app to an open-platform account',
    ),
  linkedAt: z.iso.datetime(),
});

export type IdentityView = z.infer<typeof identityView>;

export function toIdentityView(identity: WechatIdentityEntity): IdentityView {
  return {
    id: identity.id,
    kind: identity.kind as WechatAppKind,
    appId: identity.appId,
    openid: identity.openid,
    unionid: identity.unionid,
    unionidStatus: identity.unionidStatus,
    linkedAt: isoTime(identity.linkedAt),
  };
}
