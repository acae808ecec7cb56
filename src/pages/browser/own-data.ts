import { Field } from './field.js';
import { Form } from './form.js';
import { button, make } from './make.js';
import type { Page } from './page.js';

const exportLimitMs = 300_000;
const keptForMs = 60_000;

/** Everything that is held on the person, as a file. */
export async function downloadData(page: Page): Promise<void> {
  const data = await page.api.call<object>('/api/v1/users/me/export', { timeLimitMs: exportLimitMs });
  const file = new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' });
  const href = URL.createObjectURL(file);
  make('a', { href, download: 'wxpass-export.json' }).click();
  setTimeout(() => URL.revokeObjectURL(href), keptForMs);
}

/** Erases the account, for whoever types that they want it. */
export function showErasure(page: Page, back: () => Promise<void>): void {
  const { say } = page;
  const confirmation = new Field(page, {
    name: 'confirmation',
    label: say.eraseConfirm,
    input: { autocomplete: 'off' },
    faultOf: (value) => (value.toLowerCase() === say.eraseWord ? undefined : say.eraseConfirm),
  });
  const form = new Form(page, {
    fields: [confirmation],
    label: say.eraseForEver,
    className: 'danger',
    send: async () => {
      await page.api.call('/api/v1/users/me', { method: 'DELETE', body: {} });
      showErased(page);
    },
  });
  page.show(
    { title: say.erase, lead: say.eraseLead },
    make('p', {}, say.eraseAdvice),
    form.element,
    button(say.back, () => page.attempt(back), { className: 'link' }),
  );
}

function showErased(page: Page): void {
  const { say } = page;
  page.show(
    { title: say.erased },
    make('p', { className: 'centred' }, say.erasedAdvice),
    button(say.login, () => location.reload(), { className: 'plain' }),
  );
}
