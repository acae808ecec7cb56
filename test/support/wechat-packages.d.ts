/** What the tests use of packages that were written against the real WeChat and declare no types. */

declare module 'co-wechat-oauth' {
  export default class OAuth {
    constructor(appId: string, appSecret: string);
    request(url: string, options?: object): Promise<any>;
    getAuthorizeURL(redirect: string, state: string, scope: string): string;
    getAuthorizeURLForWebsite(redirect: string, state: string): string;
    getAccessToken(code: string): Promise<{ data: Record<string, any> }>;
    refreshAccessToken(refreshToken: string): Promise<{ data: Record<string, any> }>;
    verifyToken(openid: string, accessToken: string): Promise<Record<string, any>>;
    getUser(options: { openid: string; lang: string }): Promise<Record<string, any>>;
  }
}

declare module 'co-wechat-api' {
  export default class API {
    constructor(appId: string, appSecret: string);
    prefix: string;
    snsPrefix: string;
    saveToken(token: { accessToken: string; expireTime: number }): Promise<void>;
    createTmpQRCode(scene: string, seconds: number): Promise<Record<string, any>>;
    getUser(openid: string): Promise<Record<string, any>>;
    code2Session(code: string): Promise<Record<string, any>>;
  }
}

declare module 'wechat-crypto' {
  export default class WXBizMsgCrypt {
    constructor(token: string, encodingAesKey: string, appId: string);
    getSignature(timestamp: string, nonce: string, encrypted: string): string;
    decrypt(encrypted: string): { message: string; id: string };
    encrypt(message: string): string;
  }
}
