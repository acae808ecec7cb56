import { setTimeout as pause } from 'node:timers/promises';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { type AppToken, appTokenAnswerSchema, appTokenOf } from './app-token.js';
import { saysBusy } from './wechat-api.schemas.js';
import { readAnswer, refuseErrcode, type Verdict, verdictOf } from './wechat-answer.js';
import type { WechatHttp } from './wechat-http.js';

const busyPausesMs = [200, 400, 800];

/** Where WeChat hands out app tokens, in one of its two ways. */
export class AppTokenEndpoint {
  constructor(
    private readonly http: WechatHttp,
    private readonly mode: 'stable' | 'plain',
    private readonly now: () => number,
  ) {}

  /**
   * A token, or the errcode of its refusal, whose errmsg holds no secret.
   * @param force replaces the current token of `stable` and voids it at once; nothing to `plain`, which always replaces
   * @throws AppError `wechat_unavailable` where WeChat stays busy or cannot be reached, `wechat_error` on another form
   */
  async ask(app: WechatApp, force: boolean, withinMs: number): Promise<AppToken | Verdict> {
    const deadline = performance.now() + withinMs;
    const leftMs = () => deadline - performance.now();
    const askOnce = () =>
      this.mode === 'stable' ? this.askStable(app, force, leftMs()) : this.askPlain(app, leftMs());

    let askedAt = this.now();
    let answer = await askOnce();
    for (const pauseMs of busyPausesMs) {
      if (!saysBusy(answer) || leftMs() <= pauseMs) break;
      await pause(pauseMs);
      askedAt = this.now();
      answer = await askOnce();
    }
    if (saysBusy(answer)) refuseErrcode(answer, [app.appSecret], 'app-token');
    const verdict = verdictOf(answer, [app.appSecret]);
    return verdict.errcode === 0 ? appTokenOf(readAnswer(answer, appTokenAnswerSchema), askedAt) : verdict;
  }

  /** https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html */
  private askStable(app: WechatApp, force: boolean, withinMs: number): Promise<unknown> {
    const body = {
      grant_type: 'client_credential',
      appid: app.appId,
      secret: app.appSecret,
      force_refresh: force,
    };
    return this.http.post('/cgi-bin/stable_token', {}, body, withinMs);
  }

  /** https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getAccessToken.html */
  private askPlain(app: WechatApp, withinMs: number): Promise<unknown> {
    const query = { grant_type: 'client_credential', appid: app.appId, secret: app.appSecret };
    return this.http.get('/cgi-bin/token', query, withinMs);
  }
}
