import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { queryOf } from './wechat-request.js';

const zh = {
  language: 'zh-CN',
  wechatLogin: '微信登录',
  linkUnreachable: '该链接无法访问',
  scanToLogIn: (app: string) => `使用微信扫一扫登录「${app}」`,
  openOnPhone: '二维码的内容（在另一台设备上打开）',
  qrCode: '二维码',
  phone: '虚拟手机',
  waiting: '等待扫码',
  scanned: '扫描成功，在微信中轻触允许即可登录',
  cancelled: '您已取消此次登录，可再次扫描登录',
  expired: '二维码已失效，请刷新页面',
  confirmed: '已允许，正在返回应用',
  refresh: '刷新',
  scan: '扫一扫',
  allow: '同意',
  refuse: '拒绝',
  cancel: '取消',
  snapshot: '以快照页打开',
  save: '保存',
  asks: (app: string) => `「${app}」申请获得你的昵称、头像`,
  refused: '已拒绝，停留在原来的页面',
  who: '用户',
  someoneElse: '或任意名字',
  whoUsesThisBrowser: '谁在使用此浏览器',
  openInWechat: '请在微信客户端打开链接',
};

const en: typeof zh = {
  language: 'en',
  wechatLogin: 'WeChat Login',
  linkUnreachable: 'This link cannot be opened',
  scanToLogIn: (app) => `Scan with WeChat to log in to “${app}”`,
  openOnPhone: 'What the QR code says (open it on another device)',
  qrCode: 'QR code',
  phone: 'Virtual phone',
  waiting: 'Waiting for the scan',
  scanned: 'Scanned. Tap Allow in WeChat to log in',
  cancelled: 'You cancelled this login. You may scan again',
  expired: 'The QR code has expired. Reload the page',
  confirmed: 'Allowed. Going back to the app',
  refresh: 'Reload',
  scan: 'Scan',
  allow: 'Allow',
  refuse: 'Refuse',
  cancel: 'Cancel',
  snapshot: 'Open as a snapshot page',
  save: 'Save',
  asks: (app) => `“${app}” asks for your nickname and avatar`,
  refused: 'Refused. The browser stays where it was',
  who: 'Person',
  someoneElse: 'or any name',
  whoUsesThisBrowser: 'Who uses this browser',
  openInWechat: 'Please open the link in WeChat',
};

export type Words = typeof zh;

/** By WeChat's `lang` (`cn`, `en`) where the address has one, else by Accept-Language; Chinese in doubt. */
export function wordsFor(request: FastifyRequest): Words {
  const lang = queryOf(request).get('lang');
  if (lang) return lang === 'en' ? en : zh;
  return new Negotiator(request).language(['zh', 'en']) === 'en' ? en : zh;
}
