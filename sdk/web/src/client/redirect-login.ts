import type { Api } from '../api.js';
import { exchangeLoginCode, type Device, type LoginAnswer, type Mode } from '../exchange.js';
import { createPkce } from '../pkce.js';
import { mayPass, WxpassError } from '../wxpass-error.js';
import { PendingLogins, type PendingLogin } from './pending-login.js';

export interface RedirectOptions {
  /** A door of WeChat, or the service's own login page, which picks one. */
  door?: 'website' | 'official-account' | 'page';
  /** Where to come back to; the present page where absent. */
  returnTo?: string;
  /** Of the official account. */
  scope?: 'snsapi_base' | 'snsapi_userinfo';
  appId?: string;
  /** Of WeChat's page for websites. */
  lang?: 'cn' | 'en';
}

export interface CompleteOptions {
  /** Also takes a login code that this tab did not ask for, as another page of yours hands over. Anyone can plant such a link. */
  unsolicited?: boolean;
}

/** The window, as far as it is needed. */
export interface Page {
  location: Pick<Location, 'href' | 'assign'>;
  history: Pick<History, 'replaceState' | 'state'>;
}

/** Sends the browser away to log in, and takes it back. */
export class RedirectLogin {
  constructor(
    private readonly api: Api,
    private readonly session: { mode: Mode; device?: Device },
    private readonly page: Page = window,
    private readonly pending: PendingLogins = new PendingLogins(),
  ) {}

  /** Leaves the page. */
  async begin(options: RedirectOptions = {}): Promise<void> {
    const { location } = this.page;
    const returnTo = options.returnTo ?? withoutArrival(location.href);
    const pkce = await createPkce();
    this.pending.begin(pkce?.verifier);
    location.assign(this.authorizeUrl({ ...options, returnTo }, pkce?.challenge));
  }

  /**
   * What the login gave that ends at this page; undefined where none does. Its traces leave the address.
   * @throws WxpassError what the login ended with; where `mayPass`, a further call within the minute goes on
   */
  async complete({ unsolicited = false }: CompleteOptions = {}): Promise<LoginAnswer | undefined> {
    const arrived = this.takeArrival();
    const pending = this.pending.read();
    if (arrived?.error !== undefined) return this.refuse(arrived.error);
    if (arrived && !pending && !unsolicited) return this.refuse('login_not_begun_here');
    const loginCode = arrived?.loginCode ?? pending?.loginCode;
    if (loginCode === undefined) return undefined;
    if (!pending) this.pending.begin(undefined);
    return this.exchange({ ...this.pending.read()!, loginCode });
  }

  private async exchange(pending: PendingLogin & { loginCode: string }): Promise<LoginAnswer> {
    this.pending.write(pending);
    try {
      const answer = await exchangeLoginCode(this.api, { ...this.session, ...pending });
      this.pending.clear();
      return answer;
    } catch (error) {
      if (!mayPass(error)) this.pending.clear();
      throw error;
    }
  }

  private refuse(error: string): never {
    this.pending.clear();
    throw new WxpassError({ error, message: `The login ended with ${error}` });
  }

  private takeArrival(): { loginCode?: string; error?: string } | undefined {
    const { location, history } = this.page;
    const query = new URL(location.href).searchParams;
    const loginCode = query.get('loginCode') ?? undefined;
    const error = query.get('error') ?? undefined;
    if (loginCode === undefined && (error === undefined || !this.pending.read())) return undefined;
    history.replaceState(history.state, '', withoutArrival(location.href));
    return loginCode === undefined ? { error } : { loginCode };
  }

  private authorizeUrl(
    { door = 'page', ...options }: RedirectOptions,
    codeChallenge: string | undefined,
  ): string {
    const path = door === 'page' ? '/login' : `/api/v1/auth/wechat/${door}/authorize`;
    const url = new URL(this.api.baseUrl + path);
    for (const [name, value] of Object.entries({ ...options, codeChallenge })) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    return url.href;
  }
}

/** The same address before the login came back to it; other parameters and a hash route stay. */
function withoutArrival(address: string): string {
  const url = new URL(address);
  for (const name of ['loginCode', 'error']) if (url.searchParams.has(name)) url.searchParams.delete(name);
  return url.href;
}
