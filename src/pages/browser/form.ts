import type { Field } from './field.js';
import { button, make } from './make.js';
import { errorName, traceOf, type Page } from './page.js';

export interface FormOptions {
  fields: Field[];
  /** Of the button that sends it. */
  label: string;
  className?: 'main' | 'danger';
  /** The fields that errors are about, by the names of the errors, and what to say there. */
  about?: Record<string, { field: Field; words?: string }>;
  /** What was filled in, by the names of the fields. */
  send: (values: Record<string, string>) => Promise<void>;
}

interface FieldFault {
  path: string;
  message: string;
}

/** Says what is wrong beside the fields, or above its button; Enter sends it, and nothing does so twice. */
export class Form {
  readonly element: HTMLFormElement;
  private readonly submit: HTMLButtonElement;
  private readonly alert = make('div', { role: 'alert' });
  private readonly below = make('div', { className: 'below' });
  private isSending = false;

  constructor(
    private readonly page: Page,
    private readonly options: FormOptions,
    ...hidden: HTMLInputElement[]
  ) {
    const { fields, label, className = 'main' } = options;
    this.submit = make('button', { type: 'submit', className }, label);
    this.element = make(
      'form',
      { noValidate: true },
      ...hidden,
      ...fields.map(({ box }) => box),
      this.alert,
      this.below,
      this.submit,
    );
    this.element.setAttribute('aria-labelledby', 'title');
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  /** Puts the cursor where a person begins to type. */
  focus(): void {
    this.options.fields[0]?.focus();
  }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.quiet();
    const { fields } = this.options;
    const faulty = fields.filter((field) => !field.isGood());
    if (faulty[0]) return faulty[0].focus();
    for (const field of fields) field.cover();
    this.note(true);
    try {
      await this.options.send(this.values);
    } catch (error) {
      this.refuse(error);
    } finally {
      this.note(false);
    }
  }

  private get values(): Record<string, string> {
    const filled = this.options.fields.filter(({ value }) => value !== '');
    return Object.fromEntries(filled.map(({ name, value }) => [name, value]));
  }

  private note(isSending: boolean): void {
    this.isSending = isSending;
    this.submit.ariaBusy = String(isSending);
  }

  private quiet(): void {
    this.page.quiet();
    this.alert.replaceChildren();
    this.below.replaceChildren();
    for (const field of this.options.fields) field.quiet();
  }

  private refuse(error: unknown): void {
    const faulty = this.complain(error);
    if (faulty) {
      faulty.focus();
      this.below.replaceChildren(...this.page.traceText(traceOf(error)));
    } else if (this.page.isSignedOut(error)) {
      this.page.fail(error);
    } else {
      this.alert.replaceChildren(this.page.failureNotice(error));
      if (errorName(error) === 'fresh_login_required') this.below.replaceChildren(this.again());
    }
  }

  /** The first field that the error is about. */
  private complain(error: unknown): Field | undefined {
    const about = this.options.about?.[errorName(error) ?? ''];
    about?.field.complain(about.words ?? this.page.messageOf(error));
    const faults = faultsOf(error);
    const faulty = this.options.fields.filter((field) => {
      const fault = faults.find(({ path }) => path === field.name);
      if (fault) field.complain(field.refused ?? fault.message);
      return fault;
    });
    return about?.field ?? faulty[0];
  }

  private again(): HTMLButtonElement {
    const logOut = () => this.page.attempt(() => this.page.client.logout());
    return button(this.page.say.logInAgain, logOut, { className: 'plain' });
  }
}

function faultsOf(error: unknown): FieldFault[] {
  if (errorName(error) !== 'invalid_request') return [];
  return (error as { data?: { fields?: FieldFault[] } }).data?.fields ?? [];
}
