export type Language = 'zh' | 'en';

const zh = {
  title: '微信登录',
  image: '用微信扫描的登录二维码',
  opening: '正在加载二维码…',
  pending: '请用微信扫描二维码',
  scanned: '已扫描，请在手机上确认',
  confirmed: '登录成功',
  welcome: (name: string) => `${name}，登录成功`,
  rejected: '你在手机上拒绝了登录',
  cancelled: '已取消',
  expired: '二维码已过期',
  failed: '现在无法登录',
  retrying: '网络或服务暂时不可用，正在重试…',
  match: '请在手机上输入',
  refresh: '刷新二维码',
  retry: '重试',
  back: '返回二维码',
  trace: '追踪编号',
};

const en: typeof zh = {
  title: 'Log in with WeChat',
  image: 'QR code to log in, to be scanned with WeChat',
  opening: 'Loading the QR code…',
  pending: 'Scan the QR code with WeChat',
  scanned: 'Scanned. Please confirm on your phone',
  confirmed: 'You are logged in',
  welcome: (name: string) => `Welcome, ${name}`,
  rejected: 'You declined on your phone',
  cancelled: 'Cancelled',
  expired: 'The QR code has expired',
  failed: 'Logging in does not work now',
  retrying: 'The network or the service is away, trying again…',
  match: 'Enter on your phone',
  refresh: 'New QR code',
  retry: 'Try again',
  back: 'Back to the QR code',
  trace: 'Trace id',
};

export const words: Record<Language, typeof zh> = { zh, en };

/** Chinese for every kind of Chinese and for who says nothing, English for all others. */
export function languageOf(...wishes: (string | null | undefined)[]): Language {
  const wish = wishes.find(Boolean) ?? 'zh';
  return /^zh\b/i.test(wish) ? 'zh' : 'en';
}
