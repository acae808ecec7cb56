import type { AuthorizeRequest } from './authorize-request.js';
import type { Words } from './connect.words.js';
import { html, type Html } from './html.js';
import type { PageRefusal } from './page-refusal.js';
import { people, type Person } from './people.js';
import type { QrLogin } from './qr-login.js';

/** Where a page finds its style sheet and script: its own way up to `/connect/`. */
type Base = '' | '../';

/** The computer's page: the QR code, its link, and a phone that scans it unless the page around has one. */
export function qrPage({ uuid, request }: QrLogin, words: Words): string {
  const confirm = `confirm?uuid=${encodeURIComponent(uuid)}`;
  const app = nameOf(request);
  return page(
    words,
    words.wechatLogin,
    html`<main
        data-uuid="${uuid}"
        data-scanned="${words.scanned}"
        data-cancelled="${words.cancelled}"
        data-confirmed="${words.confirmed}"
        data-expired="${words.expired}"
      >
        <h1>${words.wechatLogin}</h1>
        <p>${words.scanToLogIn(app)}</p>
        <p role="status">${words.waiting}</p>
        <img class="js_qrcode_img" src="qrcode/${uuid}" width="240" height="240" alt="${words.qrCode}" />
        <p><a id="qr" href="${confirm}" target="_blank" rel="noopener">${words.openOnPhone}</a></p>
        <iframe src="${confirm}&amp;lang=${words.language}" title="${words.phone}"></iframe>
        <p class="aside"><a href="person">${words.whoUsesThisBrowser}</a></p>
      </main>
      <script src="assets/poll.js"></script>`,
  );
}

/** The phone's page of a QR code: scan it, then allow or cancel. */
export function phonePage({ request, status, person }: QrLogin, user: Person, words: Words): string {
  const choices = {
    created: html`<form method="post">${personChoice(user, words)}${button('scan', words.scan)}</form>`,
    scanned: html`<p>${person?.person ?? ''}</p>
      <form method="post">${button('confirm', words.allow)}${button('cancel', words.cancel)}</form>`,
    confirmed: html`<p role="status">${words.confirmed}</p>`,
  };
  const again = html`<p role="status">${words.cancelled}</p>
    ${choices.created}`;
  return page(
    words,
    words.phone,
    html`<main>
      <h1>${words.scanToLogIn(nameOf(request))}</h1>
      ${status === 'cancelled' ? again : choices[status]}
    </main>`,
  );
}

/** What the phone sees of a QR code that nobody knows (any more). */
export function expiredPage(words: Words): string {
  return messagePage(words, words.expired);
}

/** An official account asks for nickname and avatar. */
export function consentPage(request: AuthorizeRequest, user: Person, words: Words): string {
  return page(
    words,
    words.wechatLogin,
    html`<main>
      <h1>${words.asks(nameOf(request))}</h1>
      <form method="post">
        ${personChoice(user, words)} ${button('confirm', words.allow)} ${button('refuse', words.refuse)}
        ${button('snapshot', words.snapshot)}
      </form>
    </main>`,
    '../',
  );
}

export function refusedPage(words: Words): string {
  return messagePage(words, words.refused, '../');
}

export function openInWechatPage(words: Words): string {
  return messagePage(words, words.openInWechat, '../');
}

/** WeChat's error page, with its own Chinese words whatever the language. */
export function errorPage({ words: reason, number }: PageRefusal, words: Words, base: Base): string {
  return page(
    words,
    words.linkUnreachable,
    html`<main>
      <h1>${words.linkUnreachable}</h1>
      <p lang="zh-CN">${reason}</p>
      ${number === undefined ? [] : html`<p>${number}</p>`}
    </main>`,
    base,
  );
}

/** Who uses this browser: what a silent consent goes by. */
export function personPage(user: Person, words: Words): string {
  return page(
    words,
    words.whoUsesThisBrowser,
    html`<main>
      <h1>${words.whoUsesThisBrowser}</h1>
      <form method="post">${personChoice(user, words)}${button('save', words.save)}</form>
    </main>`,
  );
}

function messagePage(words: Words, message: string, base: Base = ''): string {
  return page(
    words,
    message,
    html`<main>
      <h1>${words.wechatLogin}</h1>
      <p role="status">${message}</p>
    </main>`,
    base,
  );
}

function personChoice(user: Person, words: Words): Html {
  const known = people.includes(user) ? people : [user, ...people];
  const options = known.map(
    (one) =>
      html`<option value="${one.person}" ${one === user ? 'selected' : ''}>
        ${one.person} ${one.nickname.zh}
      </option>`,
  );
  return html`<label>
      ${words.who}
      <select name="person">
        ${options}
      </select>
    </label>
    <label>${words.someoneElse}<input name="name" maxlength="64" autocomplete="off" /></label>`;
}

function button(decision: string, label: string): Html {
  return html`<button name="decision" value="${decision}">${label}</button>`;
}

function nameOf({ app }: AuthorizeRequest): string {
  return app.name ?? app.appId;
}

function page(words: Words, title: string, body: Html, base: Base = ''): string {
  return html`<!doctype html>
    <html lang="${words.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="${base}assets/style.css" />
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
}
