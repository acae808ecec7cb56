import { Api, createClient, type WxpassClient } from '@wxpass/web';
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
    const isFirst = this.isBusy;
    document.title = title;
    this.heading.textContent = title;
    this.lead.textContent = lead;
    this.content.removeAttribute('aria-busy');
    this.content.replaceChildren(...content.filter((one) => one !== undefined));
    if (!isFirst) this.heading.focus();
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
    if (signedOut.has(errorName(error) ?? '')) return;
    if (this.isBusy)
      this.show(
        this.present,
        button(this.say.retry, () => location.reload(), { className: 'main' }),
      );
    const trace = traceOf(error);
    this.notice.replaceChildren(
      make(
        'div',
        { className: 'notice bad' },
        make('p', {}, this.messageOf(error)),
        trace === undefined ? undefined : make('p', { className: 'trace' }, `${this.say.trace} ${trace}`),
      ),
    );
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

  private get present(): Heading {
    return { title: this.heading.textContent, lead: this.lead.textContent };
  }

  private get isBusy(): boolean {
    return this.content.getAttribute('aria-busy') === 'true';
  }

  /** The service's own words are in the language that was asked for. */
  private messageOf(error: unknown): string {
    const { error: name, code, message } = error as { error?: string; code?: number; message?: string };
    if (name === 'login_not_begun_here') return this.say.notBegunHere;
    if (code !== undefined && message !== undefined) return message;
    return name === 'network_error' || error instanceof TypeError ? this.say.network : this.say.failed;
  }
}

function traceOf(error: unknown): string | undefined {
  return (error as { traceId?: string }).traceId;
}

/** The name of the service's error; undefined for what it did not answer. */
export function errorName(error: unknown): string | undefined {
  return (error as { error?: string }).error;
}
