/** The names of our cookies as this service sets them. */
export interface CookieNames {
  access: string;
  refresh: string;
  /** Which pages read, unlike the others. */
  csrf: string;
  /** Knows a browser again. */
  browser: string;
}

/** Browsers hold such prefixes to https, and `__Host-` to this host and the whole site. */
export function cookieNamesOf(publicUrl: string): CookieNames {
  const secure = publicUrl.startsWith('https:');
  const host = secure ? '__Host-' : '';
  return {
    access: `${host}wxpass_access`,
    refresh: `${secure ? '__Secure-' : ''}wxpass_refresh`,
    csrf: `${host}wxpass_csrf`,
    browser: `${host}wxpass_browser`,
  };
}
