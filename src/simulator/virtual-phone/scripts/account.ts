/** An official account's chat, and the browser inside WeChat that its links open. */
export const accountScript = `import { api, button, control, el, fill, words } from './wire.js';
import { attempt, outcome, show } from './screen.js';

export async function openAccount({ ticket, appName, appId }, person) {
  const app = appName ?? appId;
  await attempt(async () => {
    const { event, deliveries } = await control('POST', 'scans', { ticket, person }).catch(explain);
    const said = fill(event === 'subscribe' ? words.followed : words.scannedAccount, { app });
    show(
      app,
      el('div', { className: 'chat' },
        el('p', { className: 'event' }, said),
        replyOf(deliveries.at(-1), (href) => openBrowser(href, person, appId)),
        button(words.unfollow, () => attempt(unfollow)),
      ),
    );
  }, () => openAccount({ ticket, appName, appId }, person));

  function explain(error) {
    throw error.name === 'no_push' ? new Error(words.noPush) : error;
  }
  async function unfollow() {
    await control('POST', 'push/messages', { appId, message: { event: 'unsubscribe', person } });
    show(app, outcome('plain', fill(words.unfollowed, { app })));
  }
}

/** Where the service logs in who comes from this official account, by WeChat's silent consent. */
export const accountDoor = (appId) =>
  api + '/auth/wechat/official-account/authorize?mode=cookie&appId=' + encodeURIComponent(appId);

/**
 * Opens an address as the person who holds the phone. Inside WeChat a page of the service logs in by itself; here it
 * cannot know where it is, so that the phone has it logged in before, where it comes from an official account.
 */
export async function openBrowser(address, person, appId) {
  await attempt(async () => {
    await control('PUT', 'browser-person', { person });
    const url = new URL(address, location.href);
    const inside = el('iframe', { src: appId ? accountDoor(appId) : url.href, title: words.browser });
    if (appId) inside.addEventListener('load', () => (inside.src = url.href), { once: true });
    const outside = el('a', { href: url.href, target: '_blank', rel: 'noopener' }, words.newWindow);
    const note = el('details', {}, el('summary', {}, url.host + url.pathname), el('p', {}, words.browserNote));
    show(words.browser, el('div', { className: 'browser' }, note, outside, ...(isHere(url) ? [inside] : [])));
  }, () => openBrowser(address, person, appId));
}

function isHere({ origin }) {
  return api !== '' && origin === location.origin;
}

function replyOf(delivery, open) {
  if (!delivery?.accepted) {
    const problem = delivery?.problem ?? '';
    return outcome('bad', fill(words.replyRefused, { problem }));
  }
  const text = delivery.reply?.fields.Content;
  if (!text) return el('p', { className: 'event' }, words.noReply);
  return el('div', { className: 'bubble' }, ...linked(text, open));
}

/** Text with its links, bare or as WeChat allows them: <a href="…">…</a>. */
function linked(text, open) {
  const pattern = /<a href="(https?:[^"]+)"[^>]*>([^<]*)<\\/a>|(https?:\\/\\/[^\\s<>"，。）]+)/g;
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    const [all, target, label, bare] = found;
    const href = target ?? bare;
    const onclick = (event) => (event.preventDefault(), open(href));
    parts.push(text.slice(from, found.index), el('a', { href, onclick }, label ?? href));
    from = found.index + all.length;
  }
  return [...parts, text.slice(from)];
}
`;
