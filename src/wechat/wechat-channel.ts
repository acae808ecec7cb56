import type { WechatApp, WechatAppKind } from '../platform/config/wechat-app.js';
import type { WechatProfile } from './wechat-profile.js';

/**
 * Why a unionid is there or not: `scope_base`, the silent consent of an official account gives none;
 * `app_not_bound`, the app belongs to no open-platform account.
 */
export type UnionidStatus = 'present' | 'scope_base' | 'app_not_bound';

/** Who stands behind a code, in WeChat's own words; nothing a client claims is part of it. */
export interface WechatProof {
  appId: string;
  kind: WechatAppKind;
  /** The person within this app; `(appId, openid)` identifies. */
  openid: string;
  /** The person across the apps of one open-platform account; it links and never identifies. */
  unionid?: string;
  unionidStatus: UnionidStatus;
  /** Mini programs only, base64: opens encrypted data; a secret that is stored sealed. */
  sessionKey?: string;
  /** For display only; absent where WeChat showed none. */
  profile?: WechatProfile;
}

/** One way by which WeChat tells who a person is; one class a kind of app. */
export interface WechatChannel {
  readonly kind: WechatAppKind;

  /**
   * Exchanges a code, which serves once, for the proof of its person.
   * @throws AppError `wechat_code_invalid`, `wechat_code_used`, `wechat_user_blocked`, `wechat_error`, `wechat_unavailable`,
   *   `snapshot_user`
   */
  identify(app: WechatApp, code: string): Promise<WechatProof>;
}

/** What takes a browser to WeChat and back. */
export interface Authorization {
  /** Where WeChat sends the browser; its host is registered with the app. */
  redirectUri: string;
  /** At most 128 of `[A-Za-z0-9]`; comes back unchanged. */
  state: string;
  /** Official accounts only: silent, which is the default, or with consent to the profile. */
  scope?: 'snsapi_base' | 'snsapi_userinfo';
  /** Websites only: the language of WeChat's page. */
  lang?: 'cn' | 'en';
}

/** A channel whose code comes by way of a page of WeChat's. */
export interface RedirectingChannel extends WechatChannel {
  /** The page's URL in WeChat's own order of parameters, which it insists on. */
  authorizeUrl(app: WechatApp, authorization: Authorization): string;
}
