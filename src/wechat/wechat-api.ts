import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { codeToSessionSchema, verdictSchema } from './wechat-api.schemas.js';
import type { EndpointKind } from './wechat-errcodes.js';
import { unexpectedAnswer, wechatError } from './wechat-errors.js';
import { WechatHttp } from './wechat-http.js';

const busy = -1;
const busyPauseMs = 200;
const loginLimitMs = 5_000;
const secretParameters = ['secret', 'js_code'];

/** What a mini program's code stands for. */
export interface MiniProgramSession {
  openid: string;
  /** Absent where the app is not bound to an open-platform account. */
  unionid: string | undefined;
  sessionKey: string;
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

  /** Asks a second time only when WeChat says that it was busy, for any other answer may have spent the code. */
  private async exchangeCode<T>(
    path: string,
    query: Record<string, string>,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const deadline = performance.now() + loginLimitMs;
    const leftMs = () => deadline - performance.now();

    let answer = await this.http.get(path, query, leftMs());
    if (verdictOf(answer).errcode === busy) {
      await pause(busyPauseMs);
      answer = await this.http.get(path, query, leftMs());
    }
    refuseErrcode(answer, query, 'sns');
    return read(answer, schema);
  }
}

function verdictOf(answer: unknown): z.infer<typeof verdictSchema> {
  return read(answer, verdictSchema);
}

function refuseErrcode(answer: unknown, query: Record<string, string>, endpoint: EndpointKind): void {
  const { errcode, errmsg } = verdictOf(answer);
  if (errcode !== 0) throw wechatError(errcode, withoutSecrets(errmsg, query), endpoint);
}

/** An errmsg that repeats what was sent must not carry it into the log. */
function withoutSecrets(errmsg: string, query: Record<string, string>): string {
  return secretParameters
    .map((name) => query[name] ?? '')
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '[removed]'), errmsg);
}

function read<T>(answer: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw unexpectedAnswer(`missing or malformed: ${faultyFields(parsed.error)}`);
}

function faultyFields(error: z.ZodError): string {
  return error.issues.map(({ path }) => path.join('.') || 'the body').join(', ');
}
