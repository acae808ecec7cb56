import { Api } from '../api.js';
import { PendingLogins } from '../client/pending-login.js';
import { exchangeLoginCode, type LoginAnswer, type Mode } from '../exchange.js';
import { randomText } from '../pkce.js';
import type { ScannedBy, Via } from '../scan/scan.js';
import { ScanLogin, type ScanGrant, type ScanView } from '../scan/scan-login.js';
import { toWxpassError, type WxpassError } from '../wxpass-error.js';
import { Face } from './face.js';
import { showQrImage } from './qr-image.js';
import { returnPlace } from './return-place.js';
import { languageOf, type Language } from './words.js';

const beginningAnew = ['base-url', 'via', 'app-id', 'code-challenge', 'mode'];
const lookingAnew = ['lang'];

/** The `detail` of each event. */
export interface WxLoginEvents {
  /** The code can be seen; `expiresIn` in seconds. */
  ready: { scanId: string; expiresIn: number; matchCode?: string };
  scanned: { scanId: string };
  /** Logged in: `answer` is what the service said. With `return-to` there is `redirectTo` instead; `preventDefault()` keeps the page. */
  confirmed: { user?: ScannedBy; answer?: LoginAnswer; redirectTo?: string };
  rejected: null;
  expired: null;
  error: WxpassError;
}

/**
 * `<wx-login>`: a QR code that logs this browser in when a phone confirms. Frameworks set a property where there is one of an
 * attribute's name, so there is none, not even a private one of TypeScript's.
 */
export class WxLoginElement extends HTMLElement {
  static readonly observedAttributes = [...beginningAnew, ...lookingAnew];

  #face: Face | undefined;
  #login: ScanLogin | undefined;
  #view: ScanView = { phase: 'opening' };
  #api = new Api();
  #looking: AbortController | undefined;
  #isToBegin = false;

  connectedCallback(): void {
    this.#face ??= new Face(this.attachShadow({ mode: 'open' }), () => this.refresh());
    this.#beginSoon();
  }

  disconnectedCallback(): void {
    this.#looking?.abort();
    this.#login?.stop();
    this.#login = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (beginningAnew.includes(name)) this.#beginSoon();
    else this.#face?.show(this.#view, this.#language);
  }

  /** Shows a new code. */
  refresh(): void {
    this.#login?.start();
  }

  /** Gives the login up, for now. */
  cancel(): void {
    this.#login?.cancel();
  }

  /** Frameworks set one attribute after the other: all of them make one beginning. */
  #beginSoon(): void {
    if (this.#isToBegin) return;
    this.#isToBegin = true;
    queueMicrotask(() => {
      this.#isToBegin = false;
      if (this.isConnected) this.#begin();
    });
  }

  #begin(): void {
    this.#login?.stop();
    const credentials = this.#mode === 'cookie' ? 'include' : 'same-origin';
    this.#api = new Api({ baseUrl: this.#read('base-url'), lang: this.#language, credentials });
    this.#login = new ScanLogin({
      api: this.#api,
      via: (this.#read('via') ?? 'mini-program') as Via,
      appId: this.#read('app-id'),
      codeChallenge: this.#read('code-challenge'),
      show: (view) => this.#show(view),
      complete: (grant) => this.#complete(grant),
    });
    this.#login.start();
  }

  #show(view: ScanView): void {
    const isNew = view.phase !== this.#view.phase;
    this.#view = view;
    this.#face?.show(view, this.#language);
    if (view.phase !== 'pending') this.#looking?.abort();
    if (view.phase === 'pending') void this.#showImage(view);
    if (view.phase === 'scanned' && isNew) this.#tell('scanned', { scanId: view.scan.scanId });
    if (view.phase === 'rejected' || view.phase === 'expired') this.#tell(view.phase, null);
    if (view.phase === 'failed') this.#tell('error', view.error);
  }

  async #showImage({ scan }: Extract<ScanView, { scan: unknown }>): Promise<void> {
    const looking = new AbortController();
    this.#looking = looking;
    try {
      await showQrImage(this.#face!.image, this.#api, scan, looking.signal);
      const { scanId, expiresIn, matchCode } = scan;
      if (!looking.signal.aborted) this.#tell('ready', { scanId, expiresIn, matchCode });
    } catch (error) {
      if (looking.signal.aborted) return;
      this.#login?.stop();
      this.#show({ phase: 'failed', error: toWxpassError(error), retrying: false });
    }
  }

  async #complete({ loginCode, codeVerifier, user, signal }: ScanGrant): Promise<void> {
    const returnTo = this.#read('return-to');
    if (returnTo !== undefined) return this.#goBack(returnTo, { loginCode, codeVerifier, user });
    const exchange = { loginCode, codeVerifier, mode: this.#mode, idempotencyKey: randomText(), signal };
    const answer = await exchangeLoginCode(this.#api, exchange);
    signal.throwIfAborted();
    this.#tell('confirmed', { user, answer });
  }

  #goBack(returnTo: string, grant: Omit<ScanGrant, 'signal'>): void {
    const { loginCode, codeVerifier, user } = grant;
    const codeChallenge = this.#read('code-challenge');
    const redirectTo = returnPlace(returnTo, location.href, { loginCode, codeChallenge });
    if (codeChallenge === undefined) new PendingLogins().begin(codeVerifier);
    if (this.#tell('confirmed', { user, redirectTo })) location.assign(redirectTo);
  }

  #tell<Name extends keyof WxLoginEvents>(name: Name, detail: WxLoginEvents[Name]): boolean {
    return this.dispatchEvent(
      new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }),
    );
  }

  #read(name: string): string | undefined {
    return this.getAttribute(name) ?? undefined;
  }

  get #mode(): Mode {
    return this.#read('mode') === 'cookie' ? 'cookie' : 'token';
  }

  get #language(): Language {
    const page = this.closest('[lang]')?.getAttribute('lang');
    return languageOf(page, navigator.language);
  }
}
