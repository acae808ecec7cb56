import type { WechatApp, WechatAppKind } from '../platform/config/wechat-app.js';

/** Who stands behind a code, in WeChat's own words; nothing a client claims is part of it. */
export interface WechatProof {
  appId: string;
  kind: WechatAppKind;
  /** The person within this app; `(appId, openid)` identifies. */
  openid: string;
  /** The person across the apps of one open-platform account; it links and never identifies. */
  unionid?: string;
  /** Mini programs only, base64: opens encrypted data; a secret that is stored sealed. */
  sessionKey?: string;
}

/** One way by which WeChat tells who a person is; one class a kind of app. */
export interface WechatChannel {
  readonly kind: WechatAppKind;

  /**
   * Exchanges a code, which serves once, for the proof of its person.
   * @throws AppError `wechat_code_invalid`, `wechat_code_used`, `wechat_user_blocked`, `wechat_error`, `wechat_unavailable`
   */
  identify(app: WechatApp, code: string): Promise<WechatProof>;
}
