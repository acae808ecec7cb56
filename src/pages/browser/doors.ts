import type { WxLoginElement, WxLoginEvents } from '@wxpass/web/wx-login.js';
import { leaveForWechat } from './journey.js';
import { button, make } from './make.js';
import type { Page } from './page.js';

type Arrive = () => Promise<void>;

/** The ways in that are configured and work where the person is. */
export function showDoors(page: Page, arrive: Arrive): void {
  const { say, data } = page;
  const heading = { title: say.login, lead: leadOf(page) };
  const doors = { computer: computerDoors, wechat: wechatDoors, mobile: mobileDoors }[data.place](
    page,
    arrive,
  );
  if (doors.length > 0) page.show(heading, ...doors);
  else page.show({ title: say.noDoor }, make('p', { className: 'centred' }, say.noDoorAdvice));
}

function leadOf({ say, data: { returnTo } }: Page): string {
  return returnTo === undefined ? say.lead : say.leadTo(new URL(returnTo).host);
}

function computerDoors(page: Page, arrive: Arrive): Node[] {
  const code = scanCode(page, arrive);
  const website = page.data.doors.website && websiteButton(page, code ? 'plain' : 'main');
  if (code && website) return [code, make('p', { className: 'or' }, page.say.or), website];
  return [code, website].filter((door) => door !== undefined);
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
  const code = make('wx-login' as 'div') as unknown as WxLoginElement;
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
      await arrive();
    });
  });
  return code;
}
