import { Form } from './form.js';
import { button, make } from './make.js';
import type { Page } from './page.js';
import { newPasswordField, passwordField, usernameField } from './password-fields.js';
import type { Me } from './people.js';

/** Changes the own password, or sets the first one and the name to log in by. */
export function showOwnPassword(page: Page, { username }: Me, back: (done?: string) => Promise<void>): void {
  const { say } = page;
  const isFirst = username === null;
  const first = isFirst ? usernameField(page, true) : passwordField(page, 'currentPassword');
  const form = new Form(
    page,
    {
      fields: [first, newPasswordField(page, 'newPassword')],
      label: say.save,
      about: isFirst
        ? { conflict: { field: first, words: say.usernameTaken } }
        : { invalid_credentials: { field: first, words: say.currentPasswordWrong } },
      send: async (body) => {
        await page.api.call('/api/v1/users/me/password', { method: 'PUT', body });
        await back(say.passwordKept);
      },
    },
    ...(isFirst ? [] : [nameForManagers(username)]),
  );
  page.show(
    isFirst
      ? { title: say.setPassword, lead: say.setPasswordLead }
      : { title: say.changePassword, lead: say.changePasswordLead },
    form.element,
    button(say.back, () => page.attempt(back), { className: 'link' }),
  );
  form.focus();
}

/** Password managers ask whose password it is. */
function nameForManagers(value: string): HTMLInputElement {
  return make('input', { type: 'text', autocomplete: 'username', value, readOnly: true, hidden: true });
}
