import { make } from './make.js';
import type { Page } from './page.js';

/** What the pages show of `/api/v1/users/me`. */
export interface Me {
  nickname: string | null;
  username: string | null;
  avatarUrl: string | null;
  phone: string | null;
}

export function nameOf(page: Page, { nickname, username }: Pick<Me, 'nickname' | 'username'>): string {
  return nickname ?? username ?? page.say.nobody;
}

/** The picture, or the name's first letter where there is none to be had. */
export function avatar(me: Me, name: string): HTMLElement {
  const box = make('span', { className: 'avatar', ariaHidden: 'true' }, [...name][0] ?? '');
  if (me.avatarUrl === null) return box;
  const image = make('img', { alt: '', width: 56, height: 56, referrerPolicy: 'no-referrer' });
  image.addEventListener('load', () => box.replaceChildren(image));
  image.src = me.avatarUrl;
  return box;
}
