import { z } from 'zod';
import { wechatAppKinds, type WechatAppKind } from '../platform/config/wechat-app.js';
import { isoTime } from '../platform/http/iso-time.js';
import { unionidStatuses, type WechatIdentityEntity } from './wechat-identity.entity.js';

/** What a person sees of one way by which WeChat knows them. */
export const identityView = z.object({
  id: z.string().describe('By which it is unlinked'),
  kind: z.enum(wechatAppKinds).describe('The kind of the app'),
  appId: z.string().describe('The AppID of the app'),
  openid: z.string().describe('Who the person is for this app'),
  unionid: z.string().nullable().describe('Who the person is for all apps of one open-platform account'),
  unionidStatus: z
    .enum(unionidStatuses)
    .describe(
      'present: WeChat shows one, and where unionid is null it cannot be this person’s; scope_base: the official account was asked silently; app_not_bound: bind the app to an open-platform account',
    ),
  linkedAt: z.iso.datetime().describe('When it became a way in'),
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
