import type { AddressMismatch } from './address-mismatch.js';
import type { BuiltAssets } from './built-assets.js';
import { html, type Html } from './html.js';
import type { PageData } from './page-data.js';
import { words, type PageLanguage, type PageWords } from './words.js';

/** What stands around every page. */
export interface Frame {
  language: PageLanguage;
  assets: BuiltAssets;
  /** The path before all others, without a slash at its end. */
  basePath: string;
  /** The same page in the other language. */
  otherLanguage: string;
  mismatch: AddressMismatch | undefined;
}

/** What went wrong, in words, and by which id the operator finds out more. */
export interface Failure {
  message: string;
  traceId?: string;
}

/** A page that its script fills. */
export function livePage(frame: Frame, data: PageData, failure: Failure | undefined): string {
  const say = words[frame.language];
  const isConfirm = data.page === 'confirm';
  return page(
    frame,
    { title: isConfirm ? say.confirmTitle : say.login, lead: leadOf(data, say), failure },
    html`<noscript><p class="notice">${say.noScript}</p></noscript>
      <div id="content" aria-busy="true">
        <p class="quiet loading" role="status">${say.loading}</p>
      </div>`,
    html`<script
      type="module"
      src="${asset(frame, frame.assets.script)}"
      data-page="${JSON.stringify(data)}"
    ></script>`,
  );
}

/** A page that says why there is none. */
export function refusalPage(frame: Frame, failure: Failure): string {
  const say = words[frame.language];
  return page(
    frame,
    { title: say.refusedTitle, lead: '', failure },
    html`<div id="content"><p>${say.refusedAdvice}</p></div>`,
    html``,
  );
}

function leadOf({ page, returnTo, doors }: PageData, say: PageWords): string {
  if (page === 'confirm') return say.confirmLead;
  if (returnTo !== undefined) return say.leadTo(new URL(returnTo).host);
  return Object.keys(doors).length > 0 ? say.lead : '';
}

function page(
  frame: Frame,
  { title, lead, failure }: { title: string; lead: string; failure: Failure | undefined },
  content: Html,
  script: Html,
): string {
  const say = words[frame.language];
  const [lang, other] = frame.language === 'zh' ? ['zh-CN', 'en'] : ['en', 'zh-CN'];
  return html`<!doctype html>
    <html lang="${lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" type="image/svg+xml" href="${asset(frame, frame.assets.icon)}" />
        <link rel="stylesheet" href="${asset(frame, frame.assets.style)}" />
        ${script}
      </head>
      <body>
        <main>
          <header>
            <img src="${asset(frame, frame.assets.icon)}" width="48" height="48" alt="" />
            <h1 id="title" tabindex="-1">${title}</h1>
            <p id="lead">${lead}</p>
          </header>
          ${mismatchNotice(frame, say)}
          <div id="notice" role="alert">${failure && failureNotice(failure, say)}</div>
          ${content}
        </main>
        <footer>
          <a href="${frame.otherLanguage}" lang="${other}" hreflang="${other}">${say.otherLanguage}</a>
        </footer>
      </body>
    </html> `.text;
}

function failureNotice({ message, traceId }: Failure, say: PageWords): Html {
  return html`<div class="notice bad">
    <p>${message}</p>
    ${traceId && html`<p class="trace">${say.trace} ${traceId}</p>`}
  </div>`;
}

function mismatchNotice({ mismatch, basePath }: Frame, say: PageWords): Html {
  if (!mismatch) return html``;
  const { setting, seen, expected } = mismatch;
  return html`<div class="notice" role="note">
    <p>${say.mismatch(seen, expected)} <a href="${expected}${basePath}/">${say.mismatchVisit}</a></p>
    <p>${say.mismatchOperator(setting === 'PUBLIC_URL' ? `PUBLIC_URL=${seen}${basePath}` : setting)}</p>
  </div>`;
}

function asset({ basePath }: Frame, name: string): string {
  return `${basePath}/login/assets/${name}`;
}
