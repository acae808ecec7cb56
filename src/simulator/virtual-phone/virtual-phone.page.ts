import { html, type Html } from '../html.js';
import { people } from '../people.js';
import { settingChoices } from '../setting-choices.js';
import type { ServicePlace } from './service-place.js';
import type { PageWords } from './virtual-phone.words.js';

/** Endpoints that a service is likely to call. */
const endpoints = [
  '/sns/jscode2session',
  '/sns/oauth2/access_token',
  '/sns/userinfo',
  '/cgi-bin/stable_token',
  '/cgi-bin/qrcode/create',
  '/cgi-bin/user/info',
  '/wxa/getwxacodeunlimit',
  '/wxa/business/getuserphonenumber',
];
const errcodes = [-1, 40001, 40013, 40029, 40125, 40163, 40164, 40226, 42001, 45009, 45011, 48001, 50002];
const faultKinds = ['errcode', 'slow', 'hang', 'reset', 'broken', 'empty'] as const;
const mainSettings = ['unionids', 'snapshotPages', 'refusalRedirects'];

/** @param base the path below which assets and control calls lie */
export function virtualPhonePage(words: PageWords, base: string, service: ServicePlace | undefined): string {
  return html`<!doctype html>
    <html lang="${words.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${words.title}</title>
        <link rel="icon" href="${base}/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="${base}/assets/style.css" />
        <script type="module" src="${base}/assets/phone.js"></script>
        <script type="module" src="${base}/assets/faults.js"></script>
        <script type="module" src="${base}/assets/settings.js"></script>
        <script type="module" src="${base}/assets/log.js"></script>
      </head>
      <body>
        <header>
          <h1>${words.heading}</h1>
          <p>${words.lead}</p>
          <a href="?lang=${words.language === 'en' ? 'zh' : 'en'}">${words.otherLanguage}</a>
        </header>
        <noscript><p class="notice">${words.noScript}</p></noscript>
        <p id="unreachable" class="notice" role="alert" hidden>${words.cannotReach}</p>
        <nav aria-label="${words.views}">
          <a href="#computer">${words.computer}</a>
          <a href="#phone">${words.phone}</a>
          <a href="#wechat">${words.wechat}</a>
        </nav>
        <main data-base="${base}" data-api="${service?.api ?? ''}" data-language="${words.language}">
          ${computer(words, service)} ${phone(words)} ${wechat(words)}
        </main>
      </body>
    </html> `.text;
}

function computer(words: PageWords, service: ServicePlace | undefined): Html {
  const screen = service
    ? html`<iframe src="${service.loginPage}" title="${words.loginPage}"></iframe>`
    : html`<p class="hint">${words.noService}</p>`;
  const tools = service
    ? html`<button type="button" id="reload">${words.reload}</button>
        <a href="${service.loginPage}" target="_blank" rel="noopener">${words.newWindow}</a>`
    : [];
  return html`<section id="computer" aria-labelledby="computer-title">
    <div class="title">
      <h2 id="computer-title">${words.computer}</h2>
      ${tools}
    </div>
    <div class="monitor">${screen}</div>
  </section>`;
}

function phone(words: PageWords): Html {
  const options = people.map(
    ({ person, nickname }) =>
      html`<option value="${person}">
        ${person} · ${nickname[words.language === 'en' ? 'en' : 'zh'] || '—'}
      </option>`,
  );
  return html`<section id="phone" aria-labelledby="phone-title">
    <div class="title"><h2 id="phone-title">${words.phone}</h2></div>
    <div class="device">
      <div class="bar">
        <button type="button" id="home" hidden><span aria-hidden="true">‹</span> ${words.home}</button>
        <strong id="screen-title" aria-live="polite">${words.wechat}</strong>
      </div>
      <div id="screen"></div>
      <form id="person">
        <label
          >${words.who}<select name="known">
            ${options}
          </select></label
        >
        <label
          >${words.anyName}<input name="name" maxlength="64" autocomplete="off" spellcheck="false"
        /></label>
      </form>
    </div>
  </section>`;
}

function wechat(words: PageWords): Html {
  return html`<section id="wechat" aria-labelledby="wechat-title">
    <div class="title"><h2 id="wechat-title">${words.wechat}</h2></div>
    <div class="panel">${faults(words)} ${settings(words)} ${log(words)}</div>
  </section>`;
}

function faults(words: PageWords): Html {
  const kinds = faultKinds.map((kind) => html`<option value="${kind}">${words[kind]}</option>`);
  return html`<details class="card" open>
    <summary>${words.faults}</summary>
    <form id="faults">
      <label class="wide">
        ${words.faultPath}
        <input name="path" list="endpoints" placeholder="${words.faultPathHint}" spellcheck="false" />
      </label>
      <label
        >${words.faultWhat}<select name="kind">
          ${kinds}
        </select></label
      >
      <label data-of="errcode"
        >${words.errcode}<input
          name="errcode"
          list="errcodes"
          value="-1"
          inputmode="numeric"
          pattern="-?[0-9]+"
          required
      /></label>
      <label data-of="slow" hidden
        >${words.delayMs}<input name="delayMs" type="number" min="0" max="600000" value="4000" required
      /></label>
      <label>${words.times}<input name="times" type="number" min="1" max="1000" value="1" required /></label>
      <div class="actions wide">
        <button class="main">${words.order}</button>
        <button type="button" id="clear-faults">${words.clear}</button>
      </div>
      <ul id="ordered" class="wide" aria-live="polite"></ul>
    </form>
    <datalist id="endpoints">${endpoints.map((path) => html`<option value="${path}"></option>`)}</datalist>
    <datalist id="errcodes">
      ${errcodes.map((errcode) => html`<option value="${errcode}"></option>`)}
    </datalist>
  </details>`;
}

function settings(words: PageWords): Html {
  const names = Object.keys(settingChoices) as (keyof typeof settingChoices)[];
  const fields = (chosen: typeof names) => chosen.map((name) => setting(name, words));
  return html`<details class="card" open>
    <summary>${words.settings}</summary>
    <form id="settings">
      <fieldset disabled>
        ${fields(names.filter((name) => mainSettings.includes(name)))}
        <details>
          <summary>${words.moreSettings}</summary>
          ${fields(names.filter((name) => !mainSettings.includes(name)))}
        </details>
      </fieldset>
    </form>
  </details>`;
}

function setting(name: keyof typeof settingChoices, words: PageWords): Html {
  const choices: readonly unknown[] = settingChoices[name];
  const label = words.settingLabels[name];
  if (choices.includes(true))
    return html`<label class="switch"><input type="checkbox" name="${name}" />${label}</label>`;
  const options = choices.map(
    (choice) => html`<option value="${JSON.stringify(choice)}">${String(choice)}</option>`,
  );
  return html`<label class="choice"
    >${label}<select name="${name}">
      ${options}
    </select></label
  >`;
}

function log(words: PageWords): Html {
  return html`<div class="card log">
    <div class="title">
      <h3>${words.calls}</h3>
      <label class="switch"><input type="checkbox" id="pages-too" />${words.pagesToo}</label>
      <button type="button" id="clear-log">${words.empties}</button>
    </div>
    <p id="no-calls" class="soft">${words.noCalls}</p>
    <ol id="calls" tabindex="0" aria-label="${words.calls}"></ol>
  </div>`;
}
