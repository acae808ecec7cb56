/**
 * The URL of one of WeChat's pages that ask a person: it checks the order of the parameters and the fragment strictly.
 * https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
 * @param parameters in WeChat's order; what is undefined is left out
 */
export function connectUrl(
  openUrl: string,
  page: 'qrconnect' | 'oauth2/authorize',
  parameters: Record<string, string | undefined>,
): string {
  const query = Object.entries(parameters)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return `${openUrl.replace(/\/+$/, '')}/connect/${page}?${query}#wechat_redirect`;
}
