import { parseUrl } from '../parse-url.js';

/** What WeChat's own `WxLogin` takes, and what each becomes here. */
export interface WxLoginOptions {
  /** The id of the element that the code goes into. */
  id: string;
  appid?: string;
  /** Taken and left alone: the service knows what to ask for. */
  scope?: string;
  /** Where to go with the login code; encoded, as WeChat wants it, or not. */
  redirect_uri?: string;
  /** Comes back to `redirect_uri` unchanged. */
  state?: string;
  /** The colour of the text: `white` is for dark pages. */
  style?: 'black' | 'white';
  /** A stylesheet: an https URL or `data:text/css;base64,…`. */
  href?: string;
  /** The page stays, and hears of the login by the event `confirmed`. */
  self_redirect?: boolean;
  stylelite?: 0 | 1;
  color_scheme?: 'auto' | 'light' | 'dark';
  onReady?: (isReady: boolean) => void;
  onQRcodeReady?: () => void;
  /** Beyond WeChat's: where the service is, and by which kind of app. */
  base_url?: string;
  via?: string;
}

/** The attributes of `<wx-login>` that mean the same. */
export function attributesOf(options: WxLoginOptions): Record<string, string> {
  const { appid, style, self_redirect, stylelite, color_scheme, base_url, via } = options;
  const scheme = color_scheme ?? (style === undefined ? undefined : style === 'white' ? 'dark' : 'light');
  const attributes = {
    'app-id': appid,
    'return-to': self_redirect === true ? undefined : returnTo(options),
    'color-scheme': scheme,
    compact: Number(stylelite) === 1 ? '' : undefined,
    'base-url': base_url,
    via,
  };
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function returnTo({ redirect_uri, state }: WxLoginOptions): string | undefined {
  if (redirect_uri === undefined) return undefined;
  const place = /^https?%3a/i.test(redirect_uri) ? decodeURIComponent(redirect_uri) : redirect_uri;
  const url = parseUrl(place);
  if (state === undefined || !url) return place;
  url.searchParams.set('state', state);
  return url.href;
}
