import { z } from 'zod';

export const wechatAppKinds = ['mini-program', 'website', 'official-account', 'mobile'] as const;
export type WechatAppKind = (typeof wechatAppKinds)[number];

const appId = z.string().regex(/^wx[0-9a-zA-Z]{16}$/, 'must be wx and 16 characters');
const appSecret = z.string().regex(/^[0-9a-zA-Z]{8,128}$/, 'must be letters and digits, WeChat gives 32');
const pushToken = z.string().regex(/^[0-9a-zA-Z]{3,32}$/, 'must be 3 to 32 letters and digits');
const encodingAesKey = z.string().regex(/^[0-9a-zA-Z+/]{43}$/, 'must be 43 characters, as WeChat shows it');

/** One WeChat app as the operator configures it. */
export const wechatAppSchema = z.strictObject({
  kind: z.enum(wechatAppKinds),
  appId,
  appSecret,
  pushToken: pushToken.optional(),
  encodingAesKey: encodingAesKey.optional(),
  name: z.string().min(1).max(64).optional(),
});

export type WechatApp = z.infer<typeof wechatAppSchema>;

/** How the variables of the one app of a kind begin. */
export const appVariables: Record<WechatAppKind, string> = {
  'mini-program': 'WECHAT_MINI_PROGRAM',
  website: 'WECHAT_WEBSITE',
  'official-account': 'WECHAT_OFFICIAL_ACCOUNT',
  mobile: 'WECHAT_MOBILE',
};
