import '@wxpass/web/wx-login.js';
import type { PageData } from '../page-data.js';
import { words } from '../words.js';
import { showConfirm } from './confirm.js';
import { showLogin } from './login.js';
import { make } from './make.js';
import { Page } from './page.js';
import { watchSession } from './watch-session.js';

const { page: data } = document.querySelector<HTMLElement>('[data-page]')!.dataset;
start(JSON.parse(data!) as PageData);

function start(data: PageData): void {
  if (data.hasError) forgetError();
  if (!navigator.cookieEnabled) return askForCookies(data);
  const page = new Page(data);
  watchSession(page);
  const shown = data.page === 'confirm' ? showConfirm(page) : showLogin(page);
  void shown.catch((error: unknown) => page.fail(error));
}

/** A reload is a new beginning. */
function forgetError(): void {
  const url = new URL(location.href);
  for (const name of ['error', 'traceId']) url.searchParams.delete(name);
  history.replaceState(history.state, '', url);
}

/** Without cookies no login ends, and browsers refuse their other stores as well. */
function askForCookies({ language }: PageData): void {
  const content = document.querySelector('#content')!;
  content.removeAttribute('aria-busy');
  content.replaceChildren(make('p', { className: 'centred', role: 'alert' }, words[language].noCookies));
}
