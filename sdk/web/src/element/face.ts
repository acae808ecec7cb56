import type { ScanView } from '../scan/scan-login.js';
import { adoptStyles, styles } from './styles.js';
import { words, type Language } from './words.js';

/** What the element shows. */
export class Face {
  readonly image = make('img', 'qrcode');
  private readonly box = make('div', 'impowerBox');
  private readonly title = make('p', 'title');
  private readonly status = make('p', 'status');
  private readonly match = make('p', 'match');
  private readonly matchCode = make('strong');
  private readonly trace = make('p', 'trace');
  private readonly again = make('button', 'again');
  private readonly back = make('button', 'back');

  /** @param onAgain wants a new code */
  constructor(
    private readonly root: ShadowRoot,
    onAgain: () => void,
  ) {
    adoptStyles(root, styles);
    const code = make('div', 'wrp_code');
    code.append(this.image, this.again);
    this.box.append(this.title, code, this.match, this.status, this.trace, this.back);
    this.box.setAttribute('role', 'group');
    this.status.setAttribute('role', 'status');
    this.status.tabIndex = -1;
    for (const button of [this.again, this.back]) {
      button.type = 'button';
      button.addEventListener('click', onAgain);
    }
    root.append(this.box);
  }

  show(view: ScanView, language: Language): void {
    const say = words[language];
    const hadFocus = this.root.activeElement !== null;
    this.box.dataset.phase = view.phase;
    this.box.lang = language === 'zh' ? 'zh-CN' : 'en';
    this.box.setAttribute('aria-label', say.title);
    this.title.textContent = say.title;
    this.image.alt = view.phase === 'pending' ? say.image : '';
    this.status.textContent = sentence(view, language);
    this.showMatchCode(view, say.match);
    this.showTrace(view, say.trace);
    this.back.textContent = say.back;
    this.back.hidden = view.phase !== 'scanned';
    this.again.textContent = view.phase === 'failed' ? say.retry : say.refresh;
    this.again.hidden = !mayBeginAnew(view);
    if (hadFocus) this.keepFocus();
  }

  private showMatchCode(view: ScanView, label: string): void {
    const code = 'scan' in view ? view.scan.matchCode : undefined;
    this.match.hidden = code === undefined;
    this.matchCode.textContent = code ?? '';
    this.match.replaceChildren(label, this.matchCode);
  }

  private showTrace(view: ScanView, label: string): void {
    const traceId = view.phase === 'failed' ? view.error.traceId : undefined;
    this.trace.hidden = traceId === undefined;
    this.trace.textContent = `${label} ${traceId}`;
  }

  /** What had the focus may be gone: it goes to what takes its place. */
  private keepFocus(): void {
    const active = this.root.activeElement as HTMLElement | null;
    if (active && !active.hidden) return;
    const [button] = [this.again, this.back].filter(({ hidden }) => !hidden);
    (button ?? this.status).focus();
  }
}

function mayBeginAnew(view: ScanView): boolean {
  if (view.phase === 'failed') return !view.retrying;
  return view.phase === 'rejected' || view.phase === 'cancelled' || view.phase === 'expired';
}

function sentence(view: ScanView, language: Language): string {
  const say = words[language];
  if (view.phase === 'confirmed') {
    return view.user?.nickname ? say.welcome(view.user.nickname) : say.confirmed;
  }
  if (view.phase !== 'failed') return say[view.phase];
  if (view.retrying) return say.retrying;
  // The service speaks the language that it was asked for; what was not its answer has no words for people.
  return view.error.code === undefined ? say.failed : view.error.message;
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  part?: string,
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (part !== undefined) {
    element.className = part;
    element.setAttribute('part', part);
  }
  return element;
}
