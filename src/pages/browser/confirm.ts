import { timeText } from './account.js';
import { deviceText } from './device-text.js';
import { leaveForWechat, mayGoUnasked, ownPlace } from './journey.js';
import { button, make } from './make.js';
import { errorName, type Page } from './page.js';
import { nameOf, type Me } from './people.js';

interface ScanRequest {
  address: string;
  userAgent: string | null;
  createdAt: string;
  matchCodeRequired: boolean;
}

/** The phone's page of a scan: who asks, and whether to let them in. Opening it confirms nothing. */
export async function showConfirm(page: Page): Promise<void> {
  page.client.onSignedOut(() => askToLogIn(page));
  if (page.data.scanId === undefined) return showGone(page, 'not_found');
  await takeArrival(page);
  if (await page.client.isSignedIn()) await review(page, page.data.scanId);
  else await logIn(page, page.data.scanId);
}

async function takeArrival(page: Page): Promise<void> {
  try {
    await page.client.completeRedirect();
  } catch (error) {
    if (!page.data.hasError) page.fail(error);
  }
}

/** Inside WeChat by itself, once; else when the person says so. */
async function logIn(page: Page, scanId: string): Promise<void> {
  const { place, doors, hasError } = page.data;
  const canGo = place === 'wechat' && doors['official-account'] !== undefined && !hasError;
  if (!canGo || !mayGoUnasked(scanId)) return askToLogIn(page);
  page.wait(page.say.leaving);
  await leaveForWechat(page, 'official-account', 'snsapi_base');
}

function askToLogIn(page: Page): void {
  const { say, data } = page;
  const byWechat = data.place === 'wechat' && data.doors['official-account'] !== undefined;
  const begin = byWechat
    ? () => leaveForWechat(page, 'official-account', 'snsapi_userinfo')
    : () => page.client.loginWithRedirect({ door: 'page', returnTo: ownPlace(page) });
  page.show(
    { title: say.confirmLogin, lead: say.confirmLoginLead },
    byWechat ? undefined : make('p', { className: 'centred' }, say.openInWechat),
    button(byWechat ? say.wechat : say.login, () => page.attempt(begin), { className: 'main' }),
  );
}

async function review(page: Page, scanId: string): Promise<void> {
  const path = `/api/v1/auth/scans/${scanId}`;
  try {
    await page.api.call(`${path}/scanned`, { method: 'POST', body: {} });
    const [request, me] = await Promise.all([
      page.api.call<ScanRequest>(`${path}/request`),
      page.api.call<Me>('/api/v1/users/me'),
    ]);
    showRequest(page, path, request, me);
  } catch (error) {
    refuseToShow(page, error);
  }
}

function showRequest(page: Page, path: string, request: ScanRequest, me: Me): void {
  const { say } = page;
  const matchCode = request.matchCodeRequired ? matchCodeField(page) : undefined;
  const decide = (decision: 'confirm' | 'reject', body: object) => async () => {
    await page.api.call(`${path}/${decision}`, { method: 'POST', body });
    showResult(page, decision);
  };
  const reject = () => attempt(page, decide('reject', {}), (error) => refuseToShow(page, error));
  const again = () => showRequest(page, path, request, me);
  const confirm = () =>
    attempt(page, decide('confirm', matchCode?.body() ?? {}), (error) => {
      if (matchCode && errorName(error) === 'invalid_request') matchCode.complain();
      else if (errorName(error) === 'forbidden') showForbidden(page, reject, again);
      else refuseToShow(page, error);
    });
  matchCode?.box.addEventListener('keydown', ({ key }) => key === 'Enter' && void confirm());
  page.show(
    { title: say.confirmTitle, lead: say.confirmLead },
    make(
      'dl',
      {},
      ...row(say.address, request.address),
      ...row(say.device, deviceText(request.userAgent) ?? say.unknownDevice),
      ...row(say.time, timeText(page, request.createdAt)),
    ),
    make('p', { className: 'centred' }, say.confirmAs(nameOf(page, me))),
    matchCode?.box,
    make('p', { className: 'caution centred' }, say.caution),
    make(
      'div',
      { className: 'choice' },
      button(say.refuse, reject, { className: 'plain' }),
      button(say.confirm, confirm, { className: 'main' }),
    ),
  );
}

function row(term: string, description: string): Node[] {
  return [make('dt', {}, term), make('dd', {}, description)];
}

interface MatchCodeField {
  box: HTMLElement;
  body(): { matchCode: string };
  complain(): void;
}

function matchCodeField({ say }: Page): MatchCodeField {
  const input = make('input', {
    id: 'match-code',
    className: 'digits',
    inputMode: 'numeric',
    autocomplete: 'off',
    maxLength: 4,
  });
  const complaint = make('p', { id: 'match-code-complaint', className: 'complaint', role: 'alert' });
  input.setAttribute('aria-describedby', complaint.id);
  const label = make('label', { htmlFor: input.id }, say.matchCode);
  return {
    box: make('div', { className: 'field' }, label, input, complaint),
    // What is empty is wrong as well, and counts no more than that.
    body: () => ({ matchCode: input.value.trim() || ' ' }),
    complain: () => {
      complaint.textContent = say.matchCodeWrong;
      input.ariaInvalid = 'true';
      input.select();
    },
  };
}

async function attempt(
  page: Page,
  decide: () => Promise<void>,
  onFailure: (error: unknown) => void,
): Promise<void> {
  page.quiet();
  try {
    await decide();
  } catch (error) {
    onFailure(error);
  }
}

/** What the scan's own state refuses is said in place of the request; what may pass is said beside it. */
function refuseToShow(page: Page, error: unknown): void {
  const name = errorName(error);
  if (name !== undefined && Object.hasOwn(page.say.scanErrors, name)) showGone(page, name);
  else page.fail(error);
}

/** The operator lets nobody confirm from elsewhere; the computer still waits, and can be refused. */
function showForbidden(page: Page, reject: () => Promise<void>, again: () => void): void {
  const { say } = page;
  page.show(
    { title: say.gone },
    make('p', { className: 'centred' }, say.scanErrors.forbidden),
    make('p', { className: 'centred' }, say.forbiddenAdvice),
    make(
      'div',
      { className: 'choice' },
      button(say.retry, again, { className: 'plain' }),
      button(say.refuse, reject, { className: 'main' }),
    ),
  );
}

function showGone(page: Page, error: string): void {
  page.show({ title: page.say.gone }, make('p', { className: 'centred' }, page.say.scanErrors[error]));
}

function showResult(page: Page, decision: 'confirm' | 'reject'): void {
  const { say } = page;
  const isConfirmed = decision === 'confirm';
  page.show(
    { title: isConfirmed ? say.confirmed : say.rejected },
    make('p', { className: 'centred' }, isConfirmed ? say.confirmedAdvice : say.rejectedAdvice),
  );
}
