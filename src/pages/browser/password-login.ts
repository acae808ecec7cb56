import type { LoginAnswer } from '@wxpass/web';
import { AttemptKey } from './attempt-key.js';
import { Field } from './field.js';
import { Form } from './form.js';
import { button } from './make.js';
import type { Page } from './page.js';
import { newPasswordField, passwordField, usernameField } from './password-fields.js';

/** What comes before and after the door. */
export interface Around {
  /** Where a login ends. */
  arrive: () => Promise<void>;
  /** Back to the other ways in; absent where there are none. */
  others?: () => void;
}

/** The door of those who come by a name and a password. */
export function showPasswordLogin(page: Page, around: Around): Form {
  const { say, data } = page;
  const password = passwordField(page, 'password');
  const form = new Form(page, {
    fields: [usernameField(page, false), password],
    label: say.login,
    about: { invalid_credentials: { field: password } },
    send: enterBy(page, 'login', around),
  });
  const register = () => showRegistration(page, around).focus();
  page.show(
    { title: say.byPassword, lead: page.leadTo },
    form.element,
    data.registration ? button(say.register, register, { className: 'link' }) : undefined,
    othersButton(page, around),
  );
  return form;
}

function showRegistration(page: Page, around: Around): Form {
  const { say } = page;
  const username = usernameField(page, true);
  const email = new Field(page, {
    name: 'email',
    label: say.email,
    input: { type: 'email', autocomplete: 'email' },
    isOptional: true,
    refused: say.emailRefused,
  });
  const form = new Form(page, {
    fields: [username, newPasswordField(page, 'password'), email],
    label: say.register,
    about: { conflict: { field: username, words: say.usernameTaken } },
    send: enterBy(page, 'register', around),
  });
  const logIn = () => showPasswordLogin(page, around).focus();
  page.show(
    { title: say.register, lead: page.leadTo },
    form.element,
    button(say.haveAccount, logIn, { className: 'link' }),
    othersButton(page, around),
  );
  return form;
}

/** The session first, in cookies; then on to where the login was asked for. */
function enterBy(page: Page, call: 'login' | 'register', { arrive }: Around) {
  const attemptKey = new AttemptKey();
  return async (values: Record<string, string>): Promise<void> => {
    const body = { ...values, mode: 'cookie', device: { type: 'web' } };
    const answer = await attemptKey.use(body, (key) =>
      page.api.call<LoginAnswer>(`/api/v1/auth/${call}`, {
        method: 'POST',
        body,
        headers: { 'idempotency-key': key },
      }),
    );
    await page.client.accept(answer);
    // Who is logged in is not to send the form again, whatever comes now.
    page.wait(page.data.returnTo === undefined ? page.say.loading : page.say.returning);
    await page.attempt(arrive);
  };
}

function othersButton({ say }: Page, { others }: Around): HTMLButtonElement | undefined {
  return others && button(say.otherDoors, others, { className: 'link' });
}
