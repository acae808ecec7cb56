import type { WxLoginElement, WxLoginEvents } from '@wxpass/web/wx-login.js';
import { leaveForWechat } from './journey.js';
import { button, make } from './make.js';
import type { Page } from './page.js';
import { showPasswordLogin } from './password-login.js';

declare global {
  interface HTMLElementTagNameMap {
    'wx-login': WxLoginElement;
  }
}

type Arrive = () => Promise<void>;

/** The ways in that are configured and work where the person is. */
export function showDoors(page: Page, arrive: Arrive): void {
  const { say, data } = page;
  const doors = { computer: computerDoors, wechat: wechatDoors, mobile: mobileDoors }[data.place](
    page,
    arrive,
  );
  if (doors.length === 0) return void showPasswordLogin(page, { arrive });
  const others = () => showDoors(page, arrive);
  const byPassword = () => showPasswordLogin(page, { arrive, others }).focus();
  page.show(
    { title: say.login, lead: page.leadTo || say.lead },
    ...doors,
    button(say.byPassword, byPassword, { className: 'link' }),
  );
}

function computerDoors(page: Page, arrive: Arrive): Node[] {
  const code = scanCode(page, arrive);
  const website = page.data.doors.website && websiteButton(page, code ? 'plain' : 'main');
  return withOr(page, code, website);
}

/** One way in after the other, with an "or" between them. */
function withOr({ say }: Page, ...doors: (Node | undefined)[]): Node[] {
  const there = doors.filter((door) => door !== undefined);
  return there.flatMap((door, at) => (at === 0 ? [door] : [make('p', { className: 'or' }, say.or), door]));
}

function wechatDoors(page: Page): Node[] {
  const { say, data } = page;
  if (!data.doors['official-account']) return [];
  // Asked for without a tap, WeChat shows a made-up person instead.
  const leave = () => leaveForWechat(page, 'official-account', data.scope ?? 'snsapi_userinfo');
  return [
    make('p', { className: 'centred' }, say.wechatLead),
    button(say.wechat, () => page.attempt(leave), { className: 'main' }),
  ];
}

function mobileDoors(page: Page, arrive: Arrive): Node[] {
  const { say, data } = page;
  const canOpen = data.doors['official-account'] !== undefined;
  const advice = make(
    'div',
    { className: 'centred' },
    make('h2', {}, say.mobile),
    make('p', {}, say.mobileAdvice),
  );
  const code = canScan(page) ? otherPhone(page, arrive) : undefined;
  return [...(canOpen ? [advice, copyButton(page)] : []), ...(code ? [code] : [])];
}

function copyButton(page: Page): HTMLButtonElement {
  const { say } = page;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      page.tell(say.copied);
    } catch {
      page.tell(say.notCopied);
    }
  };
  return button(say.copy, copy, { className: 'main' });
}

/** A phone cannot scan what it shows; the code is made only for who asks for it. */
function otherPhone(page: Page, arrive: Arrive): HTMLElement {
  const details = make('details', {}, make('summary', {}, page.say.otherPhone));
  details.addEventListener('toggle', () => {
    const shown = details.querySelector('wx-login');
    if (details.open && !shown) details.append(scanCode(page, arrive)!);
    else if (!details.open) shown?.remove();
  });
  return details;
}

function websiteButton(page: Page, className: string): HTMLButtonElement {
  const { say } = page;
  const label = className === 'main' ? say.wechat : say.website;
  return button(label, () => page.attempt(() => leaveForWechat(page, 'website')), { className });
}

function canScan({ data: { doors } }: Page): boolean {
  return doors['official-account'] !== undefined || doors['mini-program'] !== undefined;
}

/** By the official account where there is one: it needs nothing to be built in a mini program. */
function scanCode(page: Page, arrive: Arrive): HTMLElement | undefined {
  if (!canScan(page)) return undefined;
  const { doors, returnTo, codeChallenge } = page.data;
  const via = doors['official-account'] ? 'official-account' : 'mini-program';
  const code = make('wx-login');
  const attributes = {
    via,
    mode: 'cookie',
    'base-url': page.baseUrl,
    'app-id': doors[via]?.appId,
    // Without a challenge the place is of this origin: the login ends here, and is carried on from here.
    'return-to': codeChallenge === undefined ? undefined : returnTo,
    'code-challenge': codeChallenge,
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) code.setAttribute(name, value);
  }
  code.addEventListener('confirmed', (event) => {
    const { answer } = (event as CustomEvent<WxLoginEvents['confirmed']>).detail;
    void page.attempt(async () => {
      if (returnTo !== undefined) page.tell(page.say.returning);
      if (!answer) return;
      await page.client.accept(answer);
      page.noteSession();
      await arrive();
    });
  });
  return code;
}
