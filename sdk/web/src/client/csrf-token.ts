const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What cookie mode wants to see beside the cookies; undefined where nobody is logged in. */
export function csrfToken(cookies: string = document.cookie): string | undefined {
  return /(?:^|;\s*)(?:__Host-)?wxpass_csrf=([^;]+)/.exec(cookies)?.[1];
}

export function needsCsrfToken(method: string): boolean {
  return !safeMethods.has(method.toUpperCase());
}
