import '@wxpass/web/wx-login.js';
import type { PageData } from '../page-data.js';
import { showConfirm } from './confirm.js';
import { showLogin } from './login.js';
import { Page } from './page.js';

const { page: data } = document.querySelector<HTMLElement>('[data-page]')!.dataset;
const page = new Page(JSON.parse(data!) as PageData);
if (page.data.hasError) forgetError();
const shown = page.data.page === 'confirm' ? showConfirm(page) : showLogin(page);
void shown.catch((error: unknown) => page.fail(error));

/** A reload is a new beginning. */
function forgetError(): void {
  const url = new URL(location.href);
  url.searchParams.delete('error');
  history.replaceState(history.state, '', url);
}
