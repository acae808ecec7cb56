import type { Words } from './finding.js';

/**
 * The numbers on WeChat's page that asks people for consent, which the service never gets to see.
 * https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
 */
export const pageErrors: ReadonlyMap<number, Words> = new Map([
  [
    10003,
    {
      zh: 'redirect_uri 的域名与后台配置不一致：把 PUBLIC_URL 的域名填进「网页授权域名」或「授权回调域」。',
      en: 'The domain of redirect_uri is not the registered one: register the host of PUBLIC_URL as web authorization or callback domain.',
    },
  ],
  [
    10004,
    {
      zh: '公众号被封禁：到微信后台查看通知。',
      en: 'The official account is banned: see the notices in the WeChat console.',
    },
  ],
  [
    10005,
    {
      zh: '公众号没有这些 scope 的权限：网页授权需要已认证的服务号。',
      en: 'The account may not ask for this scope: consent pages need a verified service account.',
    },
  ],
  [10006, { zh: '必须先关注这个测试号。', en: 'This test account must be followed first.' }],
  [10009, { zh: '操作太频繁，请稍后重试。', en: 'Too many operations: try again later.' }],
  [
    10010,
    { zh: 'scope 为空：代理可能改写了链接。', en: 'The scope is empty: a proxy may rewrite the link.' },
  ],
  [
    10011,
    {
      zh: 'redirect_uri 为空：代理可能改写了链接。',
      en: 'The redirect_uri is empty: a proxy may rewrite the link.',
    },
  ],
  [
    10012,
    { zh: 'appid 为空：代理可能改写了链接。', en: 'The appid is empty: a proxy may rewrite the link.' },
  ],
  [
    10013,
    { zh: 'state 为空：代理可能改写了链接。', en: 'The state is empty: a proxy may rewrite the link.' },
  ],
  [
    10015,
    {
      zh: '公众号没有授权给第三方平台：请管理员重新授权。',
      en: 'The account has not authorized the third-party platform: have its administrator authorize it again.',
    },
  ],
  [
    10016,
    {
      zh: '这里不能用开放平台的 AppID：公众号一栏请填公众号的 AppID。',
      en: "An open-platform AppID does not do here: configure the official account's own.",
    },
  ],
]);
