import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { readAnswer, refuseErrcode } from './wechat-answer.js';
import { codeToSessionSchema, oauthExchangeSchema, saysBusy, userInfoSchema } from './wechat-api.schemas.js';
import { unexpectedAnswer } from './wechat-errors.js';
import { WechatHttp } from './wechat-http.js';
import type { WechatProfile } from './wechat-profile.js';

const busyPauseMs = 200;
const loginLimitMs = 5_000;
/** What must not reach the log; an openid is the person's pseudonym. */
const secretParameters = ['secret', 'js_code', 'code', 'access_token', 'openid'];

/** What a mini program's code stands for. */
export interface MiniProgramSession {
  openid: string;
  /** Absent where the app is not bound to an open-platform account. */
  unionid: string | undefined;
  sessionKey: string;
}

/** What the code of a website, an official account or a mobile app stands for. */
export interface OauthAuthorization {
  /** The person's own at WeChat, for `userInfo`; a secret. */
  accessToken: string;
  openid: string;
  /** Absent where the app is not bound to an open-platform account, and with `snsapi_base`. */
  unionid: string | undefined;
  /** What the person granted: `snsapi_login`, `snsapi_base`, `snsapi_userinfo`. */
  scopes: string[];
  /** Whether the person is made up, because the page is open as a snapshot (快照页). */
  isSnapshotUser: boolean;
}

/** What WeChat shows of a person, as it says it. */
export interface UserInfo extends WechatProfile {
  openid: string;
  unionid: string | undefined;
}

/** The only caller of WeChat: one method an endpoint, its documentation above it. */
@Injectable()
export class WechatApi {
  constructor(private readonly http: WechatHttp) {}

  /**
   * Exchanges what `wx.login` gave for the person's openid and session_key; a code serves once.
   * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
   * @throws AppError `wechat_code_invalid`, `wechat_code_used`, `wechat_user_blocked`, `wechat_error`, `wechat_unavailable`
   */
  async codeToSession(app: WechatApp, code: string): Promise<MiniProgramSession> {
    const session = await this.exchangeCode(
      '/sns/jscode2session',
      { appid: app.appId, secret: app.appSecret, js_code: code, grant_type: 'authorization_code' },
      codeToSessionSchema,
    );
    return { openid: session.openid, unionid: session.unionid, sessionKey: session.session_key };
  }

  /**
   * Exchanges what a callback or the app's SDK got for the person's openid and access token; a code serves once.
   * https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html
   * @throws AppError `wechat_code_invalid`, `wechat_code_used`, `wechat_user_blocked`, `wechat_error`, `wechat_unavailable`
   */
  async exchangeOauthCode(
    app: WechatApp,
    code: string,
    withinMs = loginLimitMs,
  ): Promise<OauthAuthorization> {
    const answer = await this.exchangeCode(
      '/sns/oauth2/access_token',
      { appid: app.appId, secret: app.appSecret, code, grant_type: 'authorization_code' },
      oauthExchangeSchema,
      withinMs,
    );
    return {
      accessToken: answer.access_token,
      openid: answer.openid,
      unionid: answer.unionid,
      scopes: answer.scope,
      isSnapshotUser: answer.is_snapshotuser === 1,
    };
  }

  /**
   * The profile that `snsapi_userinfo` and `snsapi_login` open.
   * https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Authorized_Interface_Calling_UnionID.html
   * @throws AppError `wechat_code_invalid`, `wechat_user_blocked`, `wechat_error`, `wechat_unavailable`
   */
  async userInfo(
    accessToken: string,
    openid: string,
    lang: 'zh_CN' | 'zh_TW' | 'en',
    withinMs = loginLimitMs,
  ): Promise<UserInfo> {
    const query = { access_token: accessToken, openid, lang };
    const answer = await this.http.get('/sns/userinfo', query, withinMs);
    refuseErrcode(answer, secretsOf(query), 'sns');
    const { headimgurl, sex, ...info } = readAnswer(answer, userInfoSchema);
    if (info.openid !== openid) throw unexpectedAnswer("the profile is another person's");
    return { ...info, avatarUrl: headimgurl, gender: sex };
  }

  /** Asks a second time only when WeChat says that it was busy, for any other answer may have spent the code. */
  private async exchangeCode<T>(
    path: string,
    query: Record<string, string>,
    schema: z.ZodType<T>,
    withinMs = loginLimitMs,
  ): Promise<T> {
    const deadline = performance.now() + withinMs;
    const leftMs = () => deadline - performance.now();

    let answer = await this.http.get(path, query, leftMs());
    if (saysBusy(answer)) {
      await pause(busyPauseMs);
      answer = await this.http.get(path, query, leftMs());
    }
    refuseErrcode(answer, secretsOf(query), 'sns');
    return readAnswer(answer, schema);
  }
}

function secretsOf(query: Record<string, string>): string[] {
  return secretParameters.map((name) => query[name] ?? '');
}
