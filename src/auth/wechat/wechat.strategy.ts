import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy as OAuth2Strategy, type StateStore, type VerifyFunction } from 'passport-oauth2';
import type { WechatApp } from '../../platform/config/wechat-app.js';
import type { WechatChannel, WechatProof } from '../../wechat/wechat-channel.js';

/** What the guard tells the strategy about this one request. */
export interface ExchangeOptions {
  channel: WechatChannel;
  app: WechatApp;
  /** As the route's schema has let it through; nothing else of the request reaches the exchange. */
  code: string;
}

type ExchangeCallback = (
  error: unknown,
  accessToken?: string,
  refreshToken?: string,
  proof?: WechatProof,
) => void;

/** Doors that take a code by POST have no state: nobody was sent anywhere. passport-oauth2 counts the parameters. */
const statelessStore = {
  store: (_request: unknown, _meta: unknown, done: (error: null, state: string) => void) => done(null, ''),
  verify: (
    _request: unknown,
    _state: string,
    _meta: unknown,
    done: (error: null, ok: boolean, state: string) => void,
  ) => done(null, true, ''),
};

/** OAuth 2.0's authorization code flow, with the exchange done by the WeChat channel of the door. */
class CodeExchangeStrategy extends OAuth2Strategy {
  constructor(verify: VerifyFunction) {
    super(
      {
        authorizationURL: 'https://open.weixin.qq.com/connect/qrconnect',
        tokenURL: 'https://api.weixin.qq.com/sns/oauth2/access_token',
        clientID: 'wechat',
        clientSecret: '',
        callbackURL: '',
        skipUserProfile: true,
        store: statelessStore as unknown as StateStore,
      },
      verify,
    );
    Object.assign(this._oauth2, { getOAuthAccessToken: exchange });
  }

  /** passport-oauth2 would take a code or an error from the query too, where no schema has looked. */
  override authenticate(_request: unknown, options: ExchangeOptions): void {
    super.authenticate({ query: {}, body: { code: options.code } } as never, options);
  }

  override tokenParams(options: ExchangeOptions): object {
    return { channel: options.channel, app: options.app };
  }

  /** Our own errors reach the error filter as they are. */
  _createOAuthError(_message: string, error: unknown): unknown {
    return error;
  }
}

function exchange(code: string, { channel, app }: ExchangeOptions, done: ExchangeCallback): void {
  // passport-oauth2 wants an access token to go on; a door that has none proves the person by the openid.
  channel.identify(app, code).then((proof) => done(null, proof.openid, undefined, proof), done);
}

/** The Passport strategy of every WeChat door: a code becomes a proof of who the person is. */
@Injectable()
export class WechatStrategy extends PassportStrategy(CodeExchangeStrategy, 'wechat', 5) {
  validate(_accessToken: string, _refreshToken: string | undefined, proof: WechatProof): WechatProof {
    return proof;
  }
}
