import type { UnionidStatus } from './wechat-identity.entity.js';
import type { WechatProfile } from './profile.js';

/** What WeChat has proved of a person. */
export interface ProvenIdentity {
  kind: string;
  appId: string;
  openid: string;
  unionid?: string;
  unionidStatus: UnionidStatus;
  /** Mini programs only, base64. */
  sessionKey?: string;
  profile?: WechatProfile;
}
