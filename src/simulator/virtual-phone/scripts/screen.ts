/** The screen of the phone: what an app shows, and the way back. */
export const screenScript = `import { button, el, fill, words } from './wire.js';

const screen = document.querySelector('#screen');
const title = document.querySelector('#screen-title');
const home = document.querySelector('#home');
let shown = 0;

/** Shows an app; returns a function that tells whether it is still shown. */
export function show(name, ...content) {
  const mine = (shown += 1);
  title.textContent = name;
  home.hidden = false;
  screen.className = '';
  screen.replaceChildren(...content);
  screen.scrollTop = 0;
  return () => mine === shown;
}

/** The same for the home screen, from which no way leads back. */
export function showHome(...content) {
  const isShown = show(words.wechat, ...content);
  home.hidden = true;
  return isShown;
}

home.addEventListener('click', () => document.dispatchEvent(new Event('phone-home')));

/** How something ended, with one mark for good, bad or neither. */
export function outcome(tone, text, ...more) {
  const marks = { good: '✓', bad: '!', plain: 'i' };
  return el(
    'div',
    { className: 'outcome ' + tone, role: 'status' },
    el('span', { className: 'mark', 'aria-hidden': 'true' }, marks[tone]),
    el('p', {}, text),
    ...more,
  );
}

/** An error as the person sees it. */
export function failure(error, again) {
  const trace = error.traceId ? [el('p', { className: 'soft' }, fill(words.trace, { id: error.traceId }))] : [];
  return outcome('bad', error.message, ...trace, ...(again ? [button(words.again, again)] : []));
}

/** Runs what a button does; meanwhile no button of the screen works, and an error is shown. */
export async function attempt(act, again) {
  for (const one of screen.querySelectorAll('button')) one.disabled = true;
  try {
    await act();
  } catch (error) {
    show(title.textContent, failure(error, again));
  }
}
`;
