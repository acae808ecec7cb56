import { Api, createClient, csrfToken, type WxpassClient, type WxpassError } from '@wxpass/web';
import type { PageData } from '../page-data.js';
import { words, type PageWords } from '../words.js';
import { button, make } from './make.js';

/** Whoever listens for the end of the session says why it ended. */
const signedOut = new Set(['session_ended', 'unauthenticated']);

interface Heading {
  title: string;
  lead?: string;
}

/** The page in the browser: what it was told, how it speaks with the service, and what it shows. */
export class Page {
  readonly say: PageWords;
  readonly baseUrl: string;
  readonly client: WxpassClient;
  /** Calls with the session, which is refreshed behind their backs. */
  readonly api: Api;

  /** Whose session the page shows, by the mark that stays the same as long as the session. */
  private session = csrfToken();
  private hasShown = false;
  private readonly content = document.querySelector<HTMLElement>('#content')!;
  private readonly notice = document.querySelector<HTMLElement>('#notice')!;
  private readonly heading = document.querySelector<HTMLElement>('h1')!;
  private readonly lead = document.querySelector<HTMLElement>('#lead')!;

  constructor(readonly data: PageData) {
    const { language, basePath } = data;
    this.say = words[language];
    this.baseUrl = location.origin + basePath;
    this.client = createClient({ mode: 'cookie', baseUrl: this.baseUrl, lang: language });
    this.api = new Api({ baseUrl: this.baseUrl, lang: language, fetch: this.client.fetch });
  }

  /** Shows what takes the place of all before; the focus goes there, unless the page has only just been opened. */
  show({ title, lead = '' }: Heading, ...content: (Node | string | undefined)[]): void {
    this.noteSession();
    document.title = title;
    this.heading.textContent = title;
    this.lead.textContent = lead;
    this.content.removeAttribute('aria-busy');
    this.content.replaceChildren(...content.filter((one) => one !== undefined));
    if (this.hasShown) this.heading.focus();
    this.hasShown = true;
  }

  /** What is shown is about the session that there is now. */
  noteSession(): void {
    this.session = csrfToken();
  }

  /** Whether another tab has logged in or out since. */
  get isOutdated(): boolean {
    return !this.isBusy && csrfToken() !== this.session;
  }

  /** Says what is going on while nothing can be done. */
  wait(text: string): void {
    this.content.setAttribute('aria-busy', 'true');
    this.content.replaceChildren(make('p', { className: 'quiet', role: 'status' }, text));
  }

  /** Says something beside the content. */
  tell(text: string): void {
    this.notice.replaceChildren(make('div', { className: 'notice' }, make('p', {}, text)));
  }

  /** Says what failed, and by which id the operator finds out more; where nothing is shown yet, with another try. */
  fail(error: unknown): void {
    if (this.isSignedOut(error)) return this.isOutdated ? location.reload() : undefined;
    if (this.isBusy)
      this.show(
        this.present,
        button(this.say.retry, () => location.reload(), { className: 'main' }),
      );
    this.notice.replaceChildren(this.failureNotice(error));
  }

  /** What failed, and by which id the operator finds out more. */
  failureNotice(error: unknown): HTMLElement {
    const message = make('p', {}, this.messageOf(error));
    return make('div', { className: 'notice bad' }, message, ...this.traceText(traceOf(error)));
  }

  traceText(traceId: string | undefined): HTMLElement[] {
    return traceId === undefined ? [] : [make('p', { className: 'trace' }, `${this.say.trace} ${traceId}`)];
  }

  /** Whether it is the end of the session, which is told by whoever listens for it. */
  isSignedOut(error: unknown): boolean {
    return signedOut.has(errorName(error) ?? '');
  }

  quiet(): void {
    this.notice.replaceChildren();
  }

  /** Does what a person asked for, and says where that failed. */
  readonly attempt = async (work: () => Promise<void>): Promise<void> => {
    this.quiet();
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  };

  /** Where the login ends, for the line below the title; nothing where that is here. */
  get leadTo(): string {
    const { returnTo } = this.data;
    return returnTo === undefined ? '' : this.say.leadTo(new URL(returnTo).host);
  }

  private timeUntil(waitMs: number): string {
    const seconds = Math.ceil(waitMs / 1000);
    const words = new Intl.RelativeTimeFormat(this.data.language);
    return seconds < 120 ? words.format(seconds, 'second') : words.format(Math.ceil(seconds / 60), 'minute');
  }

  private get present(): Heading {
    return { title: this.heading.textContent, lead: this.lead.textContent };
  }

  private get isBusy(): boolean {
    return this.content.getAttribute('aria-busy') === 'true';
  }

  /** The service's own words are in the language that was asked for. */
  messageOf(error: unknown): string {
    const { error: name, code, message, retryAfterMs } = error as Partial<WxpassError>;
    if (name === 'login_not_begun_here') return this.say.notBegunHere;
    if (name === 'too_many_requests' && retryAfterMs) return this.say.tooMany(this.timeUntil(retryAfterMs));
    if (code !== undefined && message !== undefined) return message;
    return name === 'network_error' || error instanceof TypeError ? this.say.network : this.say.failed;
  }
}

/** The id by which the operator finds out more. */
export function traceOf(error: unknown): string | undefined {
  return (error as { traceId?: string }).traceId;
}

/** The name of the service's error; undefined for what it did not answer. */
export function errorName(error: unknown): string | undefined {
  return (error as { error?: string }).error;
}
