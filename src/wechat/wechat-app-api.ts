import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { AppTokens } from './app-tokens.service.js';
import type { EndpointKind } from './errcode-row.js';
import { readAnswer, refuseErrcode, saysOneOf } from './wechat-answer.js';
import { saysBusy } from './wechat-api.schemas.js';
import { followerSchema, phoneNumberSchema, sceneQrSchema } from './wechat-app-api.schemas.js';
import { unexpectedAnswer } from './wechat-errors.js';
import { WechatHttp } from './wechat-http.js';

const callLimitMs = 5_000;
const busyPauseMs = 200;
/** A session_key that is gone, and one that is no longer the person's. */
const staleSessionKey = [87007, 87009];

/** A phone number that WeChat has verified; personal data, stored sealed. */
export interface PhoneNumber {
  /** Without the country code. */
  phoneNumber: string;
  /** Digits, such as `86`. */
  countryCode: string;
}

/** What an official account may know of a person. */
export interface Follower {
  subscribed: boolean;
  /** Absent for who does not follow, and where the account is not bound to an open-platform account. */
  unionid: string | undefined;
}

/** A QR code of an official account that brings a scene with each scan. */
export interface SceneQr {
  /** Names the image at `mp.weixin.qq.com`. */
  ticket: string;
  /** What the QR code encodes. */
  url: string;
  expiresInSeconds: number;
}

/** What a mini-program code opens. */
export interface MiniProgramCode {
  /** 1 to 32 characters of `[0-9A-Za-z]` and ``!#$&'()*+,/:;=?@-._~``. */
  scene: string;
  /** Without a leading slash; the home page where it is left out. */
  page?: string | undefined;
  envVersion: 'release' | 'trial' | 'develop';
}

interface Question {
  /** What is sent and must not reach the log, besides the token; an openid is the person's pseudonym. */
  secrets?: string[];
  endpoint?: EndpointKind;
  /** Errcodes that are an answer. */
  accepts?: readonly number[];
  withinMs: number;
  /** Sends it, with what every call has in its query, within the milliseconds that are left. */
  send: (query: { access_token: string }, leftMs: number) => Promise<unknown>;
}

/**
 * The calls that an app makes in its own name, by its app token: one method an endpoint, its documentation above it.
 * All take `withinMs`, the milliseconds that are left, and besides their own throw AppError `wechat_error`,
 * `wechat_unavailable`, and `dependency_unavailable` where a token is needed and the store is away.
 */
@Injectable()
export class WechatAppApi {
  constructor(
    private readonly http: WechatHttp,
    private readonly tokens: AppTokens,
  ) {}

  /**
   * Exchanges what a mini program's phone-number button gave, if it is this person's; a code serves once.
   * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html
   * @throws AppError `wechat_code_invalid`, `wechat_code_used`
   */
  async phoneNumber(
    app: WechatApp,
    code: string,
    openid: string,
    withinMs = callLimitMs,
  ): Promise<PhoneNumber> {
    const answer = await this.ask(app, {
      secrets: [code, openid],
      endpoint: 'phone',
      withinMs,
      send: (query, leftMs) =>
        this.http.post('/wxa/business/getuserphonenumber', query, { code, openid }, leftMs),
    });
    const { phone_info: info } = readAnswer(answer, phoneNumberSchema);
    if (info.watermark.appid !== app.appId) throw unexpectedAnswer("the phone number is another app's");
    return { phoneNumber: info.purePhoneNumber, countryCode: info.countryCode };
  }

  /**
   * Whether this session_key is still the person's.
   * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/checkSessionKey.html
   * @throws AppError `invalid_request` where the openid is another app's
   */
  async checkSessionKey(
    app: WechatApp,
    openid: string,
    sessionKey: string,
    withinMs = callLimitMs,
  ): Promise<boolean> {
    const signature = emptySignature(sessionKey);
    const signed = { openid, signature, sig_method: 'hmac_sha256' };
    const answer = await this.ask(app, {
      secrets: [openid, signature],
      accepts: staleSessionKey,
      withinMs,
      send: (query, leftMs) => this.http.get('/wxa/checksession', { ...query, ...signed }, leftMs),
    });
    return !saysOneOf(staleSessionKey, answer);
  }

  /**
   * Whether a person follows the official account, and the unionid of who does.
   * https://developers.weixin.qq.com/doc/offiaccount/User_Management/Get_users_basic_information_UnionID.html
   * @throws AppError `invalid_request` where the openid is another app's
   */
  async follower(app: WechatApp, openid: string, withinMs = callLimitMs): Promise<Follower> {
    const answer = await this.ask(app, {
      secrets: [openid],
      withinMs,
      send: (query, leftMs) =>
        this.http.get('/cgi-bin/user/info', { ...query, openid, lang: 'zh_CN' }, leftMs),
    });
    const info = readAnswer(answer, followerSchema);
    if (info.openid !== openid) throw unexpectedAnswer('the follower is another person');
    return { subscribed: info.subscribe === 1, unionid: info.unionid };
  }

  /**
   * Makes a temporary QR code of an official account.
   * https://developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html
   * @param scene 1 to 64 characters, which a push brings when somebody scans
   * @param ttlSeconds 30 days at most
   */
  async createSceneQr(
    app: WechatApp,
    scene: string,
    ttlSeconds: number,
    withinMs = callLimitMs,
  ): Promise<SceneQr> {
    const body = {
      expire_seconds: ttlSeconds,
      action_name: 'QR_STR_SCENE',
      action_info: { scene: { scene_str: scene } },
    };
    const answer = await this.ask(app, {
      withinMs,
      send: (query, leftMs) => this.http.post('/cgi-bin/qrcode/create', query, body, leftMs),
    });
    const qr = readAnswer(answer, sceneQrSchema);
    return { ticket: qr.ticket, url: qr.url, expiresInSeconds: qr.expire_seconds };
  }

  /**
   * Makes a code that opens the mini program; it never expires, and there may be any number.
   * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/qrcode-link/qr-code/getUnlimitedQRCode.html
   * @returns the bytes of a JPEG
   */
  async miniProgramCode(
    app: WechatApp,
    { scene, page, envVersion }: MiniProgramCode,
    withinMs = callLimitMs,
  ): Promise<Buffer> {
    // Only a released page is published, and WeChat need not look for another.
    const body = { scene, page, check_path: envVersion === 'release', env_version: envVersion };
    const answer = await this.ask(app, {
      withinMs,
      send: async (query, leftMs) => {
        const reply = await this.http.postForImage('/wxa/getwxacodeunlimit', query, body, leftMs);
        return 'image' in reply ? reply.image : reply.answer;
      },
    });
    if (!Buffer.isBuffer(answer)) throw unexpectedAnswer('there is no image');
    return answer;
  }

  /** Asks with the app's token, and a second time where WeChat says that it was busy. */
  private async ask(app: WechatApp, question: Question): Promise<unknown> {
    const { secrets = [], endpoint = 'api', accepts = [], withinMs, send } = question;
    const tokens: string[] = [];
    const askTwiceIfBusy = async (token: string, leftMs: number): Promise<unknown> => {
      const deadline = performance.now() + leftMs;
      tokens.push(token);
      const answer = await send({ access_token: token }, leftMs);
      if (!saysBusy(answer)) return answer;
      await pause(busyPauseMs);
      return send({ access_token: token }, deadline - performance.now());
    };
    const answer = await this.tokens.withToken(app, askTwiceIfBusy, withinMs);
    if (!saysOneOf(accepts, answer)) refuseErrcode(answer, [...secrets, ...tokens], endpoint);
    return answer;
  }
}

/** Keyed by the base64 text of the session_key, not by its bytes. */
function emptySignature(sessionKey: string): string {
  return createHmac('sha256', sessionKey).update('').digest('hex');
}
