import { showAccount } from './account.js';
import { showDoors } from './doors.js';
import { mayGoUnasked, leaveForWechat } from './journey.js';
import { button, make } from './make.js';
import type { Page } from './page.js';
import { avatar, nameOf, type Me } from './people.js';

/** The login page: whoever is logged in already sees so, or goes on; everybody else sees the doors. */
export async function showLogin(page: Page): Promise<void> {
  page.client.onSignedOut((reason) => {
    page.tell(page.say.signedOut[reason] ?? page.say.signedOut.unknown!);
    showDoors(page, () => carryOn(page));
  });
  if (page.data.returnTo === undefined) await takeArrival(page);
  if (await page.client.isSignedIn()) await arrive(page);
  else await begin(page);
}

/** What came back from WeChat to this page. */
async function takeArrival(page: Page): Promise<void> {
  try {
    await page.client.completeRedirect();
  } catch (error) {
    if (!page.data.hasError) page.fail(error);
  }
}

async function begin(page: Page): Promise<void> {
  if (goesUnasked(page)) {
    page.wait(page.say.leaving);
    await leaveForWechat(page, 'official-account', 'snsapi_base');
  } else {
    showDoors(page, () => carryOn(page));
  }
}

/** Inside WeChat people are known without a tap; once, so that nobody goes in circles or is held when going back. */
function goesUnasked({ data: { place, doors, returnTo, scope, hasError } }: Page): boolean {
  if (place !== 'wechat' || !doors['official-account'] || hasError) return false;
  return returnTo !== undefined && scope !== 'snsapi_userinfo' && mayGoUnasked(returnTo);
}

/** Who has just logged in has said where they want to go. */
function carryOn(page: Page): Promise<void> {
  return page.data.returnTo === undefined ? showAccount(page) : goOn(page);
}

async function arrive(page: Page): Promise<void> {
  if (page.data.returnTo === undefined) return showAccount(page);
  offerToGoOn(page, await page.api.call<Me>('/api/v1/users/me'));
}

function offerToGoOn(page: Page, me: Me): void {
  const { say } = page;
  const name = nameOf(page, me);
  page.show(
    { title: say.login, lead: page.leadTo },
    make('div', { className: 'person' }, avatar(me, name), make('p', { className: 'name' }, name)),
    button(say.continueAs(name), () => page.attempt(() => goOn(page)), { className: 'main' }),
    button(say.another, () => showDoors(page, () => carryOn(page)), { className: 'plain' }),
  );
}

/** The service says where to: it has looked at the place once more. */
async function goOn({ api, data: { returnTo, codeChallenge } }: Page): Promise<void> {
  const { redirectTo } = await api.call<{ redirectTo: string }>('/api/v1/auth/login-codes', {
    method: 'POST',
    body: { returnTo, codeChallenge },
  });
  location.assign(redirectTo);
}
