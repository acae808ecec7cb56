import type { DoorKind } from '../page-data.js';
import type { Page } from './page.js';

export type Scope = 'snsapi_base' | 'snsapi_userinfo';

/** Leaves for WeChat; comes back to where the login was asked for, else to this page. */
export async function leaveForWechat(
  page: Page,
  door: 'website' | 'official-account',
  scope?: Scope,
): Promise<void> {
  const { returnTo, doors, language } = page.data;
  const appId = doors[door]?.appId;
  const lang = door === 'website' ? (language === 'zh' ? 'cn' : 'en') : undefined;
  if (returnTo === undefined) {
    await page.client.loginWithRedirect({ door, scope, appId, lang, returnTo: ownPlace(page) });
  } else {
    location.assign(authorizeUrl(page, door, { scope, appId, lang, returnTo }));
  }
}

/** Whether this tab has not gone to WeChat of its own accord for the same purpose before. */
export function mayGoUnasked(purpose: string): boolean {
  const key = `wxpass:unasked ${purpose}`;
  if (sessionStorage.getItem(key) !== null) return false;
  sessionStorage.setItem(key, new Date().toISOString());
  return true;
}

/** As a path: whatever this page takes for its origin, the service knows its own. */
export function ownPlace({ data: { basePath, language, page, scanId } }: Page): string {
  const place =
    page === 'confirm' ? `/login/confirm?scan=${scanId}&lang=${language}` : `/login?lang=${language}`;
  return basePath + place;
}

function authorizeUrl(
  { baseUrl, data: { codeChallenge } }: Page,
  door: DoorKind,
  parameters: Record<string, string | undefined>,
): string {
  const url = new URL(`${baseUrl}/api/v1/auth/wechat/${door}/authorize`);
  for (const [name, value] of Object.entries({ ...parameters, codeChallenge })) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}
