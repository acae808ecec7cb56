import { button, make } from './make.js';
import { downloadData, showErasure } from './own-data.js';
import { showOwnPassword } from './own-password.js';
import type { Page } from './page.js';
import { avatar, nameOf, type Me } from './people.js';

interface Session {
  id: string;
  current: boolean;
  device: { name: string | null };
  address: string;
  lastSeenAt: string;
}

interface Sessions {
  items: Session[];
  nextCursor: string | null;
}

/** Who is logged in, where else, and the way out. */
export async function showAccount(page: Page): Promise<void> {
  const { say } = page;
  const [me, sessions] = await Promise.all([
    page.api.call<Me>('/api/v1/users/me'),
    page.api.call<Sessions>('/api/v1/sessions'),
  ]);
  const name = nameOf(page, me);
  const list = make('ul', { className: 'sessions' });
  page.show(
    { title: say.account },
    make(
      'div',
      { className: 'person' },
      avatar(me, name),
      make('p', { className: 'name' }, name),
      me.phone === null ? undefined : make('p', { className: 'quiet' }, me.phone),
    ),
    make('h2', {}, say.sessions),
    list,
    sessions.items.length > 1 ? othersButton(page) : undefined,
    make('h2', {}, say.ownAccount),
    acts(page, me),
    button(say.logOut, () => page.attempt(() => page.client.logout()), { className: 'plain' }),
  );
  fill(page, list, sessions);
}

/** What a person may do with the account. */
function acts(page: Page, me: Me): HTMLElement {
  const { say } = page;
  const back = async (done?: string) => {
    await showAccount(page);
    if (done !== undefined) page.tell(done);
  };
  const labelled: [string, () => Promise<void> | void][] = [
    [me.username === null ? say.setPassword : say.changePassword, () => showOwnPassword(page, me, back)],
    [say.download, () => page.attempt(() => downloadData(page))],
    [say.erase, () => showErasure(page, back)],
  ];
  const items = labelled.map(([label, act]) => make('li', {}, button(label, act, { className: 'link' })));
  return make('ul', { className: 'acts' }, ...items);
}

function fill(page: Page, list: HTMLElement, { items, nextCursor }: Sessions): void {
  list.append(...items.map((session) => sessionItem(page, session)));
  if (nextCursor === null) return;
  const more = make(
    'li',
    {},
    button(page.say.more, () => page.attempt(showMore), { className: 'plain' }),
  );
  list.append(more);
  async function showMore(): Promise<void> {
    const next = await page.api.call<Sessions>(`/api/v1/sessions?cursor=${encodeURIComponent(nextCursor!)}`);
    more.remove();
    fill(page, list, next);
  }
}

function sessionItem(page: Page, { id, current, device, address, lastSeenAt }: Session): HTMLElement {
  const { say } = page;
  const name = device.name ?? say.unknownDevice;
  const end = () => call(page, `/api/v1/sessions/${encodeURIComponent(id)}`, say.ended);
  const endButton = button(say.end, () => page.attempt(end), { className: 'small' });
  endButton.setAttribute('aria-label', say.endOf(name));
  return make(
    'li',
    {},
    make(
      'div',
      {},
      make('p', {}, name, current ? make('span', { className: 'badge' }, say.thisOne) : undefined),
      make('p', { className: 'quiet' }, `${address} · ${say.seen(timeText(page, lastSeenAt))}`),
    ),
    current ? undefined : endButton,
  );
}

function othersButton(page: Page): HTMLButtonElement {
  const { say } = page;
  const end = () => call(page, '/api/v1/sessions', say.endedOthers);
  return button(say.endOthers, () => page.attempt(end), { className: 'plain' });
}

async function call(page: Page, path: string, done: string): Promise<void> {
  await page.api.call(path, { method: 'DELETE', body: {} });
  await showAccount(page);
  page.tell(done);
}

export function timeText({ data }: Page, iso: string): string {
  const locale = data.language === 'zh' ? 'zh-CN' : 'en';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}
