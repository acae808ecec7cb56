import { Api, failureOf } from '../api.js';
import type { Device, LoginAnswer, Mode } from '../exchange.js';
import { needsCsrfToken } from './csrf-token.js';
import { endReasonOf, type SignedOutReason } from './ended-session.js';
import { RedirectLogin, type CompleteOptions, type RedirectOptions } from './redirect-login.js';
import { SessionKeeper } from './session-keeper.js';
import { localStore, memoryStore, type KeptSession, type SessionStore } from './session-store.js';

/** What a refresh can mend. */
const staleErrors = ['token_expired', 'token_invalid'];

export interface ClientOptions {
  /** Where the service is; the page's own origin where absent. */
  baseUrl?: string;
  /** `token` keeps tokens in `storage`; `cookie` leaves them to cookies that no script reads, for pages of the service's own origin. */
  mode?: Mode;
  storage?: 'local' | 'memory' | SessionStore;
  /** Further origins whose APIs get the access token. */
  origins?: string[];
  device?: Device;
  /** The language of messages. */
  lang?: string;
  fetch?: typeof fetch;
  /** Read in cookie mode; the document's where absent. */
  cookies?: () => string;
}

/** Keeps a person logged in, in all tabs of an origin. */
export class WxpassClient {
  private readonly api: Api;
  private readonly mode: Mode;
  private readonly keeper: SessionKeeper;
  private readonly origins: ReadonlySet<string>;

  constructor(private readonly options: ClientOptions = {}) {
    const { mode = 'token', baseUrl, lang, origins = [], cookies } = options;
    this.mode = mode;
    this.api = new Api({ baseUrl, lang, fetch: options.fetch });
    const name = `wxpass ${mode} ${this.api.baseUrl}`;
    this.keeper = new SessionKeeper({ api: this.api, store: storeOf(options, name), mode, name, cookies });
    this.origins = new Set([new URL(this.api.baseUrl).origin, ...origins]);
  }

  /**
   * `fetch` with the session: a path is one of the service. What fails because the access token is over is sent once more with a new one.
   * @throws WxpassError where the session had to be refreshed and the service cannot be reached; TypeError as `fetch` does
   */
  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(this.addressOf(input), init);
    if (!this.origins.has(new URL(request.url).origin)) return this.send(request);
    const session = await this.keeper.read();
    const response = await this.send(this.signed(request.clone(), session));
    const next = await this.renewedAfter(response, session);
    if (!next) return response;
    const again = await this.send(this.signed(request, next.session));
    await this.noticeEnd(again, next.session);
    return again;
  };

  /** Takes what a login gave: the `answer` of `<wx-login>`, or of a call of your own. */
  async accept(answer: LoginAnswer): Promise<void> {
    await this.keeper.keep(answer);
  }

  isSignedIn(): Promise<boolean> {
    return this.keeper.isSignedIn();
  }

  /** For what cannot be sent by `fetch`; it may be over already. */
  async accessToken(): Promise<string | undefined> {
    return (await this.keeper.read())?.accessToken;
  }

  /**
   * Logs out, here and in all tabs.
   * @throws WxpassError where the service could not be told. With tokens this browser has forgotten them all the same; with cookies the person is still logged in
   */
  async logout(): Promise<void> {
    const session = await this.keeper.read();
    if (!(await this.keeper.isSignedIn())) return this.keeper.end(session?.sessionId, 'logged_out');
    try {
      const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
      const response = await this.fetch('/api/v1/auth/logout', init);
      if (!response.ok && response.status !== 401) throw await failureOf(response);
      await this.keeper.end(session?.sessionId, 'logged_out');
    } catch (error) {
      if (this.mode === 'token') await this.keeper.end(session?.sessionId, 'logged_out');
      throw error;
    }
  }

  /** Hears why the session ended, whichever tab saw it. Gives back what stops the listening. */
  onSignedOut(listener: (reason: SignedOutReason) => void): () => void {
    return this.keeper.onEnded(listener);
  }

  /** Leaves for WeChat, or for the service's login page; `completeRedirect` takes the person back. */
  loginWithRedirect(options?: RedirectOptions): Promise<void> {
    return this.redirect().begin(options);
  }

  /**
   * Call it as the page loads: what the login gave that ends here, undefined where none does.
   * @throws WxpassError what the login ended with (`access_denied`, `state_invalid`, …)
   */
  async completeRedirect(options?: CompleteOptions): Promise<LoginAnswer | undefined> {
    const answer = await this.redirect().complete(options);
    if (answer) await this.accept(answer);
    return answer;
  }

  /** Hears of other tabs no more. */
  close(): void {
    this.keeper.close();
  }

  private redirect(): RedirectLogin {
    return new RedirectLogin(this.api, { mode: this.mode, device: this.options.device });
  }

  private addressOf(input: RequestInfo | URL): RequestInfo | URL {
    return typeof input === 'string' && input.startsWith('/') ? this.api.baseUrl + input : input;
  }

  private send(request: Request): Promise<Response> {
    return (this.options.fetch ?? globalThis.fetch).call(globalThis, request);
  }

  /** The request with what shows who asks; what the caller set stays. */
  private signed(request: Request, session: KeptSession | undefined): Request {
    if (request.headers.has('authorization')) return request;
    if (this.mode === 'token') {
      if (session?.accessToken) request.headers.set('authorization', `Bearer ${session.accessToken}`);
    } else if (needsCsrfToken(request.method)) {
      request.headers.set('x-csrf-token', this.keeper.csrfToken() ?? '');
    }
    return request;
  }

  /** With what the request is worth sending again; undefined where it is not. */
  private async renewedAfter(
    response: Response,
    session: KeptSession | undefined,
  ): Promise<{ session: KeptSession } | undefined> {
    if (response.status !== 401) return undefined;
    const failure = await failureOf(response.clone());
    const reason = endReasonOf(failure);
    if (reason !== undefined) {
      const current = await this.keeper.read();
      if (current && current.sessionId !== session?.sessionId) return { session: current };
      await this.keeper.end(session?.sessionId, reason);
      return undefined;
    }
    if (!this.isStale(failure.error, session)) return undefined;
    const fresh = await this.keeper.refresh(session);
    return fresh && { session: fresh };
  }

  private isStale(error: string, session: KeptSession | undefined): boolean {
    // A cookie that is over is not sent any more.
    if (this.mode === 'cookie') {
      const isSomebody = session !== undefined || this.keeper.csrfToken() !== undefined;
      return isSomebody && (error === 'unauthenticated' || staleErrors.includes(error));
    }
    if (!session) return false;
    // An API of your own may say it in other words.
    return staleErrors.includes(error) || session.expiresAt <= Date.now();
  }

  private async noticeEnd(response: Response, session: KeptSession): Promise<void> {
    if (response.status !== 401) return;
    const reason = endReasonOf(await failureOf(response.clone()));
    if (reason !== undefined) await this.keeper.end(session.sessionId, reason);
  }
}

function storeOf({ storage = 'local' }: ClientOptions, name: string): SessionStore {
  if (storage === 'memory') return memoryStore();
  return storage === 'local' ? localStore(name) : storage;
}
