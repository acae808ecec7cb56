import { Field } from './field.js';
import type { Page } from './page.js';

/** A name to log in by; a new one is told its rules. */
export function usernameField(page: Page, isNew: boolean): Field {
  const { say } = page;
  return new Field(page, {
    name: 'username',
    label: say.username,
    input: { autocomplete: 'username' },
    ...(isNew && { hint: say.usernameRule, refused: say.usernameRefused }),
  });
}

/** A password that there is. */
export function passwordField(page: Page, name: 'password' | 'currentPassword'): Field {
  const label = name === 'password' ? page.say.password : page.say.currentPassword;
  return new Field(page, { name, label, input: { type: 'password', autocomplete: 'current-password' } });
}

/** A password that somebody chooses. */
export function newPasswordField(page: Page, name: 'password' | 'newPassword'): Field {
  const { say } = page;
  return new Field(page, {
    name,
    label: name === 'password' ? say.password : say.newPassword,
    hint: say.passwordRule,
    input: { type: 'password', autocomplete: 'new-password' },
    faultOf: (value) => (hasGoodLength(value) ? undefined : say.passwordLength),
  });
}

/** As the service counts, which says so in words of its own. */
function hasGoodLength(password: string): boolean {
  const { length } = Array.from(password);
  return length >= 8 && length <= 128;
}
