/** Orders faults, and shows those to come. */
export const faultsScript = `import { control, el, words } from './wire.js';

const lookEveryMs = 3000;
const form = document.querySelector('#faults');
const ordered = document.querySelector('#ordered');
const fields = form.elements;

const makers = {
  errcode: () => ({ errcode: Number(fields.errcode.value) }),
  slow: () => ({ delayMs: Number(fields.delayMs.value) }),
  hang: () => ({ hang: true }),
  reset: () => ({ reset: true }),
  broken: () => ({ status: 502, body: '<html><body>502 Bad Gateway</body></html>', contentType: 'text/html' }),
  empty: () => ({ status: 200, body: '' }),
};

fields.kind.addEventListener('change', showFields);
showFields();

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const path = fields.path.value.trim();
  const fault = { ...makers[fields.kind.value](), times: Number(fields.times.value), ...(path && { path }) };
  await control('POST', 'faults', fault).then(look, say);
});

document.querySelector('#clear-faults').addEventListener('click', () => control('DELETE', 'faults').then(look, say));

function showFields() {
  for (const field of form.querySelectorAll('[data-of]')) {
    field.hidden = field.dataset.of !== fields.kind.value;
    field.querySelector('input').disabled = field.hidden;
  }
}

const say = (error) => ordered.replaceChildren(el('li', { className: 'bad' }, error.message));

async function look() {
  const { faults } = await control('GET', 'faults');
  const lines = faults.length > 0 ? faults.map(lineOf) : [words.noFaults];
  const text = lines.join('\\n');
  if (ordered.dataset.text === text) return;
  ordered.dataset.text = text;
  ordered.replaceChildren(...lines.map((line) => el('li', {}, line)));
}

const lineOf = ({ times, ...fault }) => times + ' × ' + describe(fault);

/** What a fault does, and where. */
export function describe({ path, delayMs, hang, reset, status, body, errcode }) {
  const what = [
    errcode !== undefined && 'errcode ' + errcode,
    delayMs && words.slow + ' ' + delayMs + ' ms',
    hang && words.hang,
    reset && words.reset,
    status !== undefined && (body === '' ? words.empty : 'HTTP ' + status),
  ];
  return what.filter(Boolean).join(', ') + (path ? ' · ' + path : '');
}

async function keepLooking() {
  if (!document.hidden) await look().catch(() => undefined);
  setTimeout(keepLooking, lookEveryMs);
}

keepLooking();
`;
