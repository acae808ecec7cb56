/** The refusals of the token endpoints, each by its errcode. */
export const tokenErrcodes = [41002, 41004, 40002, 40013, 50007, 40243, 40164, 40125] as const;

export type TokenErrcode = (typeof tokenErrcodes)[number];

/** How often one app may make one call; no limit where omitted. */
export interface Quota {
  perDay?: number;
  perMinute?: number;
}

/** The quota of forced refreshes, beside that of the call itself. */
export const forcedRefresh = '/cgi-bin/stable_token?force_refresh';

/** How WeChat's server APIs behave where the documentation is silent or contradicts itself. */
export interface ServerSettings {
  /** All refusals of the token endpoints, in the order in which they are looked for. */
  tokenCheckOrder: readonly TokenErrcode[];
  /** What a wrong AppSecret is answered with. */
  wrongSecretErrcode: 40125 | 40001;
  /** What an address outside of the whitelist is answered with. */
  foreignAddressErrcode: 40164 | 61004;
  /** What a forced refresh within 30 s of the last one gets: the current token, or a refusal. */
  earlyForcedRefresh: 'current-token' | 45011;
  /** By the path of the call. */
  quotas: Readonly<Record<string, Quota>>;
  /** The hour in Beijing at which the daily quotas begin anew. */
  quotaResetHour: number;
  /** What a phone code is refused with where it is not that of the openid. */
  phoneOpenidErrcode: number;
  /** Whether the phoneNumber of a foreign number begins with `+`. */
  foreignPhonePlus: boolean;
  /** Whether checkencryptedmsg hashes the base64 text or the bytes it stands for. */
  encryptedMessageHash: 'text' | 'bytes';
  /** The image format of a mini-program code without background. */
  transparentCode: 'png' | 'jpeg';
  /** How the profile that followers no longer have is written. */
  followerProfile: 'empty' | 'absent';
  /** How the EventKey of a subscribe event without scene is written. */
  plainEventKey: 'empty' | 'absent';
  /** Whether privacy events name the unionid. */
  privacyUnionid: boolean;
  /** How often one push is delivered in all, while it is not accepted. */
  pushDeliveries: number;
  /** Milliseconds. */
  pushTimeoutMs: number;
  /** Whether a repeated push has a timestamp, a nonce and a signature of its own. */
  pushSignsAnew: boolean;
}

export const serverDefaults: ServerSettings = {
  tokenCheckOrder: tokenErrcodes,
  wrongSecretErrcode: 40125,
  foreignAddressErrcode: 40164,
  earlyForcedRefresh: 'current-token',
  quotas: {
    '/cgi-bin/token': { perDay: 2000 },
    '/cgi-bin/stable_token': { perDay: 500_000, perMinute: 10_000 },
    [forcedRefresh]: { perDay: 20 },
    '/cgi-bin/qrcode/create': { perDay: 100_000 },
    '/cgi-bin/user/info': { perDay: 500_000 },
    '/wxa/getwxacodeunlimit': { perMinute: 5000 },
    '/wxa/resetusersessionkey': { perMinute: 60_000 },
  },
  quotaResetHour: 0,
  phoneOpenidErrcode: 40003,
  foreignPhonePlus: true,
  encryptedMessageHash: 'text',
  transparentCode: 'png',
  followerProfile: 'empty',
  plainEventKey: 'empty',
  privacyUnionid: false,
  pushDeliveries: 3,
  pushTimeoutMs: 5000,
  pushSignsAnew: false,
};
