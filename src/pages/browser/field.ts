import { make } from './make.js';
import type { Page } from './page.js';

export interface FieldOptions {
  /** What the service calls it. */
  name: string;
  label: string;
  hint?: string;
  /** Of the input, such as what password managers want to know. */
  input: Partial<HTMLInputElement>;
  isOptional?: boolean;
  /** What is wrong with it, as far as the page can tell. */
  faultOf?: (value: string) => string | undefined;
  /** In place of the service's own words where it refuses the value. */
  refused?: string;
}

/** A field with its label, and room for what is wrong with it. Secrets are covered until somebody wants to see them. */
export class Field {
  readonly name: string;
  readonly refused: string | undefined;
  readonly box: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly complaint: HTMLElement;
  private readonly reveal: HTMLButtonElement | undefined;

  constructor(
    private readonly page: Page,
    private readonly options: FieldOptions,
  ) {
    const { name, label, hint, input } = options;
    [this.name, this.refused] = [name, options.refused];
    this.input = make('input', { type: 'text', ...plain, ...input, id: `field-${name}`, name });
    const about = hint && make('p', { id: `about-${name}`, className: 'quiet' }, hint);
    this.complaint = make('p', { id: `complaint-${name}`, className: 'complaint', ariaLive: 'polite' });
    const described = [about, this.complaint].filter((one) => one instanceof HTMLElement);
    this.input.setAttribute('aria-describedby', described.map(({ id }) => id).join(' '));
    this.input.ariaRequired = String(!options.isOptional);
    this.input.addEventListener('input', () => this.quiet());
    this.reveal = this.isSecret ? this.revealButton(label) : undefined;
    const line = make('div', { className: 'line' }, this.input, this.reveal);
    this.box = make(
      'div',
      { className: 'field' },
      make('label', { htmlFor: this.input.id }, label),
      line,
      about,
      this.complaint,
    );
  }

  /** As it was typed where it is a secret; what surrounds a name is a slip of the keyboard. */
  get value(): string {
    return this.isSecret ? this.input.value : this.input.value.trim();
  }

  /** Says what is wrong with it, where the page can tell. */
  isGood(): boolean {
    const { isOptional = false, faultOf } = this.options;
    const { value } = this;
    const fault = value === '' ? (isOptional ? undefined : this.page.say.required) : faultOf?.(value);
    if (fault !== undefined) this.complain(fault);
    return fault === undefined;
  }

  complain(text: string): void {
    this.complaint.textContent = text;
    this.input.ariaInvalid = 'true';
  }

  quiet(): void {
    this.complaint.textContent = '';
    this.input.ariaInvalid = null;
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  /** Browsers remember what stands uncovered in a form that is sent. */
  cover(): void {
    if (this.reveal) this.uncover(false);
  }

  private get isSecret(): boolean {
    return this.options.input.type === 'password';
  }

  private revealButton(label: string): HTMLButtonElement {
    const element = make('button', { type: 'button', className: 'reveal' }, this.page.say.show);
    element.setAttribute('aria-controls', this.input.id);
    element.ariaLabel = this.page.say.showOf(label);
    element.addEventListener('click', () => this.uncover(this.input.type === 'password'));
    return element;
  }

  private uncover(isPlain: boolean): void {
    const { say } = this.page;
    const { label } = this.options;
    this.input.type = isPlain ? 'text' : 'password';
    this.reveal!.textContent = isPlain ? say.hide : say.show;
    this.reveal!.ariaLabel = isPlain ? say.hideOf(label) : say.showOf(label);
  }
}

/** Keyboards must change nothing. */
const plain = { autocapitalize: 'none', spellcheck: false } as const;
