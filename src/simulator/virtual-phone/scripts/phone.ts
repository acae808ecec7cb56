/** The phone's home screen: who holds it, and what may be scanned. */
export const phoneScript = `import { api, button, control, el, fill, words } from './wire.js';
import { attempt, showHome } from './screen.js';
import { accountDoor, openAccount, openBrowser } from './account.js';
import { openMiniProgram } from './mini-program.js';
import { openWebsite } from './website.js';

const lookEveryMs = 2000;
const { apps } = await control('GET', 'apps');
const accounts = api ? apps.filter(({ kind }) => kind === 'official-account') : [];
const openers = {
  website: openWebsite,
  'official-account': openAccount,
  'mini-program': openMiniProgram,
  link: ({ url }, person) => openBrowser(url, person),
};
const labels = {
  website: words.kindWebsite,
  'official-account': words.kindOfficialAccount,
  'mini-program': words.kindMiniProgram,
  link: words.kindLink,
};
const chosen = document.querySelector('#person');
const personNow = () => chosen.elements.name.value.trim() || chosen.elements.known.value;
const open = (scannable) => openers[scannable.kind](scannable, personNow());

function home() {
  const list = el('ul', { className: 'codes', 'aria-label': words.onScreens });
  const empty = el('p', { className: 'soft' }, words.nothingToScan);
  const scan = button(words.scan, () => attempt(scanNewest, home), 'main scan');
  const isShown = showHome(
    el('div', { className: 'home' }, scan, el('h3', {}, words.onScreens), empty, list, pasteForm(), ...insideWechat()),
  );
  look();

  async function look() {
    if (!isShown()) return;
    if (!document.hidden) await refresh().catch(() => undefined);
    setTimeout(look, lookEveryMs);
  }
  async function refresh() {
    const { scannables } = await control('GET', 'scannables');
    if (!isShown()) return;
    empty.hidden = scannables.length > 0;
    scan.disabled = scannables.length === 0;
    // A line that is still there stays the same element, or a click on it would be lost.
    const known = new Map([...list.children].map((line) => [line.dataset.key, line]));
    const lines = scannables.map((one) => known.get(keyOf(one)) ?? entry(one));
    if (lines.some((line, at) => line !== list.children[at]) || list.children.length !== lines.length) {
      list.replaceChildren(...lines);
    }
    for (const time of list.querySelectorAll('time')) time.textContent = ageOf(Number(time.dataset.at));
  }
  async function scanNewest() {
    const [newest] = (await control('GET', 'scannables')).scannables;
    if (newest) await open(newest);
    else home();
  }
}

function entry(scannable) {
  const { kind, appName, appId, madeAt } = scannable;
  const line = button('', () => open(scannable), 'code ' + kind);
  line.append(
    el('strong', {}, labels[kind]),
    el('span', {}, appName ?? appId),
    el('time', { className: 'soft', 'data-at': madeAt }, ageOf(madeAt)),
  );
  return el('li', { 'data-key': keyOf(scannable) }, line);
}

const keyOf = ({ kind, madeAt, uuid, ticket, scene }) => [kind, madeAt, uuid ?? ticket ?? scene].join(' ');

function ageOf(madeAt) {
  const seconds = Math.max(0, Math.round((Date.now() - madeAt) / 1000));
  if (seconds < 60) return fill(words.secondsAgo, { seconds });
  return fill(words.minutesAgo, { minutes: Math.round(seconds / 60) });
}

function pasteForm() {
  const link = el('input', { name: 'link', required: true, maxLength: 2048, autocomplete: 'off', spellcheck: false });
  const read = async () => open(await control('POST', 'scannables', { link: link.value }));
  const onsubmit = (event) => (event.preventDefault(), attempt(read, home));
  return el('form', { className: 'paste', onsubmit }, el('label', {}, words.paste, link), el('button', {}, words.open));
}

function insideWechat() {
  const doors = accounts.map(({ appId, name }) =>
    button(name ?? appId, () => openBrowser(accountDoor(appId), personNow())),
  );
  return doors.length > 0 ? [el('h3', {}, words.inWechat), ...doors] : [];
}

chosen.addEventListener('submit', (event) => event.preventDefault());
chosen.elements.known.addEventListener('change', () => (chosen.elements.name.value = ''));
document.addEventListener('phone-home', home);
document.querySelector('#reload')?.addEventListener('click', () => {
  const monitor = document.querySelector('.monitor iframe');
  monitor.src = monitor.getAttribute('src');
});
home();
`;
