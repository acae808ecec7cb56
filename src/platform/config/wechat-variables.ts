import { z } from 'zod';
import { parseVerifyFiles, parseWechatApps } from './formats.js';
import { baseUrl, baseUrls, positiveDuration, proxyUrl, text, variable, type Variable } from './variable.js';

const appPart = (kind: string) => ({
  appId: variable(text, { example: 'wx0123456789abcdef', about: `AppID of the ${kind}` }),
  secret: variable(text, {
    secret: true,
    example: 'the 32 characters that WeChat shows once',
    about: `AppSecret of the ${kind}`,
  }),
  token: variable(text, { secret: true, example: 'aToken123', about: `Message push token of the ${kind}` }),
  aesKey: variable(text, {
    secret: true,
    example: 'the 43 characters that WeChat shows',
    about: `EncodingAESKey of the ${kind}'s message push`,
  }),
});

const miniProgram = appPart('mini program');
const website = appPart('website app');
const officialAccount = appPart('official account');
const mobile = appPart('mobile app');

/** The operator's apps, and how WeChat is reached. */
export const wechatVariables = {
  WECHAT_MINI_PROGRAM_APP_ID: miniProgram.appId,
  WECHAT_MINI_PROGRAM_APP_SECRET: miniProgram.secret,
  WECHAT_MINI_PROGRAM_PUSH_TOKEN: miniProgram.token,
  WECHAT_MINI_PROGRAM_ENCODING_AES_KEY: miniProgram.aesKey,
  WECHAT_WEBSITE_APP_ID: website.appId,
  WECHAT_WEBSITE_APP_SECRET: website.secret,
  WECHAT_WEBSITE_PUSH_TOKEN: website.token,
  WECHAT_WEBSITE_ENCODING_AES_KEY: website.aesKey,
  WECHAT_OFFICIAL_ACCOUNT_APP_ID: officialAccount.appId,
  WECHAT_OFFICIAL_ACCOUNT_APP_SECRET: officialAccount.secret,
  WECHAT_OFFICIAL_ACCOUNT_PUSH_TOKEN: officialAccount.token,
  WECHAT_OFFICIAL_ACCOUNT_ENCODING_AES_KEY: officialAccount.aesKey,
  WECHAT_MOBILE_APP_ID: mobile.appId,
  WECHAT_MOBILE_APP_SECRET: mobile.secret,
  WECHAT_MOBILE_PUSH_TOKEN: mobile.token,
  WECHAT_MOBILE_ENCODING_AES_KEY: mobile.aesKey,
  WECHAT_APPS: variable(z.string().transform(parseWechatApps), {
    secret: true,
    example: '[{"kind":"mini-program","appId":"wx0123456789abcdef","appSecret":"…"}]',
    about: 'Any number of apps as JSON: kind, appId, appSecret, pushToken?, encodingAesKey?, name?',
  }),
  WECHAT_API_URL: variable(baseUrl, {
    example: 'https://api.weixin.qq.com',
    about:
      "WeChat's API; when unset the simulator's where that is on, else https://api.weixin.qq.com; a path prefix is kept",
  }),
  WECHAT_OPEN_URL: variable(baseUrl, {
    example: 'https://open.weixin.qq.com',
    about:
      'Where people consent; when unset the simulator where that is on, else https://open.weixin.qq.com; a path prefix is kept',
  }),
  WECHAT_MP_URL: variable(baseUrl, {
    example: 'https://mp.weixin.qq.com',
    about:
      'Where QR images lie; when unset the simulator where that is on, else https://mp.weixin.qq.com; a path prefix is kept',
  }),
  WECHAT_API_FALLBACK_URLS: variable(baseUrls, {
    example: 'https://api2.weixin.qq.com,https://sh.api.weixin.qq.com',
    about: 'Alternates of WECHAT_API_URL, tried only where nothing was consumed; none when unset',
  }),
  WECHAT_PROXY_URL: variable(proxyUrl, {
    secret: true,
    example: 'http://user:password@proxy.example.com:3128',
    about: 'HTTP proxy for all calls to WeChat, such as one whose address is on the allow-list',
  }),
  WECHAT_APP_TOKEN: variable(z.enum(['stable', 'plain'], 'must be stable or plain'), {
    default: 'stable',
    example: 'plain',
    about: "How an app's own token is fetched: stable (cgi-bin/stable_token) or plain (cgi-bin/token)",
  }),
  WECHAT_VERIFY_FILES: variable(z.string().transform(parseVerifyFiles), {
    example: 'MP_verify_x.txt=content',
    about: "Files served at the root for WeChat's domain check: name=content, comma-separated",
  }),
  WECHAT_SCAN_PAGE: variable(
    z
      .string()
      .regex(
        /^(?!\/)[^?#\s]{1,256}$/,
        'must be a page path without a slash at its beginning and without a query',
      ),
    {
      example: 'pages/login/index',
      about: 'Mini-program page behind the scan code; the home page when unset',
    },
  ),
  WECHAT_SCAN_ENV: variable(z.enum(['release', 'trial', 'develop'], 'must be release, trial or develop'), {
    default: 'release',
    example: 'trial',
    about: 'Version of the mini program behind the scan code: release, trial or develop',
  }),
  WECHAT_TIMEOUT: variable(positiveDuration, {
    default: '3s',
    example: '3s',
    about: 'Time limit of one call to WeChat',
  }),
} satisfies Record<string, Variable>;
