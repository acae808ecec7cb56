/** What WeChat is asked, as it comes. */
export const logScript = `import { control, el, words } from './wire.js';
import { describe } from './faults.js';

const lookEveryMs = 1000;
const mostShown = 200;
const noise = /^\\/connect\\//;
const list = document.querySelector('#calls');
const none = document.querySelector('#no-calls');
const pagesToo = document.querySelector('#pages-too');
const unreachable = document.querySelector('#unreachable');
const rows = new Map();
let cursor = 0;

const isShown = ({ path }) => pagesToo.checked || !noise.test(path);

async function look() {
  try {
    const news = await control('GET', 'calls?since=' + cursor);
    // Fewer changes than before: the simulator was started anew.
    if (news.cursor < cursor) clear();
    cursor = news.cursor < cursor ? 0 : news.cursor;
    news.calls.forEach(put);
    tidy();
    unreachable.hidden = true;
  } catch {
    unreachable.hidden = false;
  }
}

/** A new call on top, or a known one with its answer where it stood. */
function put(call) {
  const known = rows.get(call.id);
  const element = rowOf(call);
  if (known) {
    element.open = known.element.open;
    known.element.replaceWith(element);
  } else {
    list.prepend(element);
  }
  rows.set(call.id, { call, element });
}

function tidy() {
  for (const [id, { element }] of rows) {
    if (rows.size <= mostShown) break;
    element.remove();
    rows.delete(id);
  }
  for (const { call, element } of rows.values()) element.hidden = !isShown(call);
  none.hidden = [...rows.values()].some(({ call }) => isShown(call));
}

function clear() {
  rows.clear();
  list.replaceChildren();
  tidy();
}

function rowOf(call) {
  const { at, method, path, query, body, fault, answer } = call;
  const { tone, text } = judge(answer);
  const parts = [
    part(words.query, Object.keys(query).length > 0 && query),
    part(words.body, body),
    part(words.fault, fault && describe(fault)),
    part(words.answer, answer?.body && readable(answer.body)),
  ];
  const summary = el(
    'summary',
    {},
    el('time', { dateTime: at }, new Date(at).toLocaleTimeString('en-GB')),
    el('span', { className: 'method' }, method),
    el('code', {}, path),
    ...(fault ? [el('span', { className: 'badge fault', title: describe(fault) }, words.fault)] : []),
    el('span', { className: 'badge ' + tone }, text),
  );
  const row = el('li', {}, el('details', {}, summary, ...parts.filter(Boolean)));
  return Object.defineProperty(row, 'open', {
    get: () => row.firstChild.open,
    set: (open) => (row.firstChild.open = open),
  });
}

function part(name, content) {
  if (!content) return undefined;
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  return el('div', { className: 'part' }, el('h4', {}, name), el('pre', {}, text));
}

/** Red where the caller got no proper answer, amber where WeChat refused. */
function judge(answer) {
  if (answer === null) return { tone: 'plain', text: words.waiting };
  if (answer === 'hung') return { tone: 'bad', text: words.hung };
  if (answer === 'reset') return { tone: 'bad', text: words.wasReset };
  if (answer.status >= 400) return { tone: 'bad', text: 'HTTP ' + answer.status };
  const errcode = objectOf(answer.body)?.errcode;
  if (errcode) return { tone: 'refused', text: 'errcode ' + errcode };
  return { tone: 'good', text: String(answer.status) };
}

function readable(body) {
  const json = objectOf(body);
  return json ? JSON.stringify(json, null, 2) : body;
}

function objectOf(text) {
  try {
    const json = JSON.parse(text);
    return typeof json === 'object' ? json : undefined;
  } catch {
    return undefined;
  }
}

pagesToo.addEventListener('change', tidy);
document.querySelector('#clear-log').addEventListener('click', clear);

async function keepLooking() {
  if (!document.hidden) await look();
  setTimeout(keepLooking, lookEveryMs);
}

keepLooking();
`;
