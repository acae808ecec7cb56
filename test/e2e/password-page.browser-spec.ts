import { readFileSync } from 'node:fs';
import type { Browser, Page, Request } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { startApp, startHostedService, type App, type HostedService } from '../support/hosted-service.js';
import { appOf } from '../support/start-simulator.js';
import { visitor, type Visitor, type VisitorOptions } from '../support/visitor.js';

jest.setTimeout(120_000);

const password = 'Notes on the Engine, 1843 ';
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

let browser: Browser;
let app: App;
let service: HostedService;
const visitors: Visitor[] = [];
let count = 0;
/** A name that nobody has had before. */
const newName = () => `Ada.${process.pid}.${++count}`;

beforeAll(async () => {
  [browser, app] = [await launchChromium(), await startApp()];
  service = await startHostedService({ RETURN_TO_ORIGINS: app.origin, REGISTER_LIMIT: '1000/1h' });
});
afterEach(async () => {
  for (const one of visitors.splice(0)) await one.close();
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
  app?.close();
});

async function visit(path: string, options?: VisitorOptions): Promise<Visitor> {
  const one = await visitor(browser, options);
  visitors.push(one);
  one.page.setDefaultTimeout(60_000);
  await one.page.goto(new URL(path, service.url).href);
  return one;
}

const title = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text }).waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const focused = (page: Page) => page.evaluate<string>('document.activeElement.id');
const fieldOf = (page: Page, name: string) => page.locator(`input[name="${name}"]`);
const complaintOf = (page: Page, name: string) => page.locator(`#complaint-${name}`);

async function fill(page: Page, values: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(values)) await fieldOf(page, name).fill(value);
}

/** Somebody who has an account, and is not logged in here. */
async function account(of: HostedService = service): Promise<string> {
  const username = newName();
  const { status } = await of.api('POST', '/auth/register', { username, password });
  expect(status).toBe(201);
  return username;
}

async function openForm(path: string, options?: VisitorOptions): Promise<Visitor> {
  const one = await visit(path, options);
  await press(one.page, 'Log in with a password');
  await title(one.page, 'Log in with a password');
  return one;
}

async function openRegistration(path = '/'): Promise<Visitor> {
  const one = await openForm(path);
  await press(one.page, 'Create an account');
  await title(one.page, 'Create an account');
  return one;
}

/** Logged in, at the view of the own account. */
async function loggedIn(username: string, of: HostedService = service): Promise<Visitor> {
  const one = await openForm(of.url);
  await fill(one.page, { username, password });
  await press(one.page, 'Log in');
  await title(one.page, 'You are logged in');
  return one;
}

function loginsOf(page: Page): Request[] {
  const requests: Request[] = [];
  page.on('request', (request) => {
    if (/\/auth\/(login|register)$/.test(request.url())) requests.push(request);
  });
  return requests;
}

const loginForApp = () =>
  `/login?returnTo=${encodeURIComponent(`${app.origin}/start?tab=1#top`)}&codeChallenge=${challenge}`;

/** What the login brought to where it was asked for. */
async function exchangeAtApp(page: Page) {
  await page.waitForURL(
    (url) => url.href.startsWith(`${app.origin}/start?tab=1`) && url.searchParams.has('loginCode'),
  );
  const loginCode = new URL(page.url()).searchParams.get('loginCode')!;
  return service.api('POST', '/auth/token', { loginCode, codeVerifier: verifier });
}

describe('somebody with a password', () => {
  it('registers, is logged in, and comes back by any spelling that looks the same', async () => {
    const { page, complaints } = await openRegistration();
    const username = newName();
    await fill(page, { username: ` ${username} `, password, email: 'ada@example.com' });
    await press(page, 'Create an account');
    await title(page, 'You are logged in');
    await page.locator('.name', { hasText: username }).waitFor();
    expect((await page.context().cookies()).map(({ name }) => name)).toContain('wxpass_access');
    await press(page, 'Log out');
    await title(page, 'Log in');
    await press(page, 'Log in with a password');
    await fill(page, { username: username.toUpperCase(), password });
    await press(page, 'Log in');
    await page.locator('.name', { hasText: username }).waitFor();
    expect(page.url()).toBe(`${service.url}/`);
    expect(complaints).toEqual([]);
  });

  it('logs in for an app of another origin, and ends there with a login code that its verifier opens', async () => {
    const username = await account();
    const { page, complaints } = await openForm(loginForApp());
    await page.getByText(new URL(app.origin).host).waitFor();
    await fill(page, { username, password });
    await press(page, 'Log in');
    expect(await exchangeAtApp(page)).toMatchObject({ status: 200, data: { user: { username } } });
    expect(new URL(page.url()).hash).toBe('#top');
    expect(complaints).toEqual([]);
  });

  it('registers for an app as well', async () => {
    const { page } = await openRegistration(loginForApp());
    const username = newName();
    await fill(page, { username, password });
    await fieldOf(page, 'email').press('Enter');
    expect(await exchangeAtApp(page)).toMatchObject({ status: 200, data: { user: { username } } });
  });

  it('needs no more than a keyboard', async () => {
    const username = await account();
    const { page } = await visit('/');
    await page.getByRole('button', { name: 'Log in with a password' }).waitFor();
    const door = `document.activeElement.textContent === 'Log in with a password'`;
    for (let i = 0; i < 5 && !(await page.evaluate(door)); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await title(page, 'Log in with a password');
    expect(await focused(page)).toBe('field-username');
    await page.keyboard.type(username);
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await complaintOf(page, 'password').getByText('wrong').waitFor();
    await page.waitForFunction(`document.activeElement.id === 'field-password'`);
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await title(page, 'You are logged in');
    expect(await page.evaluate('document.activeElement.id')).toBe('title');
  });

  it('gets in inside WeChat and by a phone, too', async () => {
    const username = await account();
    for (const device of ['wechat', 'phone'] as const) {
      const { page } = await openForm('/', { device });
      await fill(page, { username, password });
      await fieldOf(page, 'password').press('Enter');
      await title(page, 'You are logged in');
    }
  });

  it('goes back to the other ways in, and between logging in and registering', async () => {
    const { page } = await openRegistration();
    expect(await focused(page)).toBe('field-username');
    await press(page, 'I already have an account');
    await title(page, 'Log in with a password');
    await press(page, 'Other ways to log in');
    await page.getByText('Scan the QR code with WeChat').waitFor();
  });
});

describe('the form', () => {
  it('is filled in by password managers and by pasting, and changes nothing that is typed', async () => {
    const { page } = await openRegistration();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const attributes = ['username', 'password', 'email'].map((name) =>
      fieldOf(page, name).evaluate(
        (input: { autocomplete: string; autocapitalize: string; spellcheck: boolean }) => [
          input.autocomplete,
          input.autocapitalize,
          input.spellcheck,
        ],
      ),
    );
    expect(await Promise.all(attributes)).toEqual([
      ['username', 'none', false],
      ['new-password', 'none', false],
      ['email', 'none', false],
    ]);
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(password)})`);
    await fieldOf(page, 'password').focus();
    await page.keyboard.press('ControlOrMeta+V');
    expect(await fieldOf(page, 'password').inputValue()).toBe(password);
    await press(page, 'I already have an account');
    expect(await fieldOf(page, 'password').getAttribute('autocomplete')).toBe('current-password');
  });

  it('shows the password to whoever wants to see it, until it is sent', async () => {
    const { page } = await openForm('/');
    await fill(page, { username: newName(), password });
    expect(await fieldOf(page, 'password').getAttribute('type')).toBe('password');
    await press(page, 'Show: Password');
    expect(await fieldOf(page, 'password').getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Hide: Password' }).waitFor();
    await press(page, 'Log in');
    await complaintOf(page, 'password').getByText('wrong').waitFor();
    expect(await fieldOf(page, 'password').getAttribute('type')).toBe('password');
    await page.getByRole('button', { name: 'Show: Password' }).waitFor();
  });

  it('says the same of a wrong password and of a name that nobody has, with a trace id', async () => {
    const { page } = await openForm('/');
    const said = [];
    for (const username of [await account(), newName()]) {
      await fill(page, { username, password: 'not the password' });
      await press(page, 'Log in');
      await page.getByText(/Trace id [0-9a-f]{32}/).waitFor();
      said.push(await complaintOf(page, 'password').textContent());
      expect(await fieldOf(page, 'password').getAttribute('aria-invalid')).toBe('true');
      expect(await focused(page)).toBe('field-password');
      await page.keyboard.type('n');
      expect(await complaintOf(page, 'password').textContent()).toBe('');
      expect(await fieldOf(page, 'password').inputValue()).toBe('n');
    }
    expect(said).toEqual(Array(2).fill('The username or the password is wrong'));
  });

  it('says what it can tell itself without asking the service', async () => {
    const { page } = await openRegistration();
    const requests = loginsOf(page);
    await press(page, 'Create an account');
    await complaintOf(page, 'username').getByText('Please fill this in').waitFor();
    expect(await focused(page)).toBe('field-username');
    await fill(page, { username: newName(), password: 'a😀b😀c' });
    await press(page, 'Create an account');
    await complaintOf(page, 'password').getByText('8 to 128 characters').waitFor();
    expect(await focused(page)).toBe('field-password');
    expect(requests).toEqual([]);
  });

  it('says beside each field what the service refuses', async () => {
    const taken = await account();
    const { page } = await openRegistration();
    await fill(page, { username: 'a b', password, email: 'nobody' });
    await press(page, 'Create an account');
    await complaintOf(page, 'username').getByText('3 to 32 letters').waitFor();
    await complaintOf(page, 'email').getByText('not an e-mail address').waitFor();
    expect(await focused(page)).toBe('field-username');
    await fill(page, { username: taken.toUpperCase(), password: 'password1', email: '' });
    await press(page, 'Create an account');
    await complaintOf(page, 'password').getByText('Too many people use this password').waitFor();
    await fill(page, { password });
    await press(page, 'Create an account');
    await complaintOf(page, 'username').getByText('is taken').waitFor();
    await page.getByText(/Trace id [0-9a-f]{32}/).waitFor();
    expect(await complaintOf(page, 'password').textContent()).toBe('');
  });

  it.each([
    [403, 'user_locked', 'The account is locked'],
    [403, 'blocked', 'This address or account is blocked'],
    [503, 'dependency_unavailable', 'The service is unavailable for the moment'],
  ])('says %i %s above its button, and may be sent again', async (status, error, message) => {
    const username = await account();
    const { page } = await openForm('/');
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const json = { code: status * 100 + 1, error, message, data: null, traceId };
    await page.route('**/auth/login', (route) => route.fulfill({ status, json }), { times: 1 });
    await fill(page, { username, password });
    await press(page, 'Log in');
    expect(await page.locator('form [role=alert] .notice').innerText()).toMatch(
      new RegExp(`^${message}[^]*Trace id ${traceId}$`),
    );
    await press(page, 'Log in');
    await title(page, 'You are logged in');
  });

  it('is sent once, however often a person presses', async () => {
    const username = await account();
    const { page } = await openForm('/');
    const requests = loginsOf(page);
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await page.route('**/auth/login', (route) => held.then(() => route.continue()));
    await fill(page, { username, password });
    await fieldOf(page, 'password').press('Enter');
    await page.locator('button[type=submit][aria-busy=true]').waitFor();
    await fieldOf(page, 'password').press('Enter');
    await press(page, 'Log in');
    goOn();
    await title(page, 'You are logged in');
    expect(requests).toHaveLength(1);
  });

  it('makes one account where an answer was lost, and a new attempt where one was given', async () => {
    const { page } = await openRegistration();
    const requests = loginsOf(page);
    await page.route('**/auth/register', (route) => route.fetch().then(() => route.abort()), { times: 1 });
    await fill(page, { username: newName(), password });
    await press(page, 'Create an account');
    await page.getByText('The service cannot be reached').waitFor();
    await press(page, 'Create an account');
    await title(page, 'You are logged in');
    await press(page, 'Log out');
    await press(page, 'Log in with a password');
    for (const guess of ['wrong once', 'wrong once']) {
      await fill(page, { username: newName(), password: guess });
      await press(page, 'Log in');
      await page.getByText('Trace id').waitFor();
    }
    const keys = requests.map((request) => request.headers()['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });

  it('does not stay after a login whose way on fails: another try goes on with the session', async () => {
    const username = await account();
    const { page } = await openForm(loginForApp());
    const requests = loginsOf(page);
    await page.route('**/auth/login-codes', (route) => route.abort(), { times: 1 });
    await fill(page, { username, password });
    await press(page, 'Log in');
    await press(page, 'Try again');
    await press(page, `Continue as ${username}`);
    expect((await exchangeAtApp(page)).status).toBe(200);
    expect(requests).toHaveLength(1);
  });
});

describe('where few tries are allowed and nobody may register', () => {
  let strict: HostedService;
  beforeAll(async () => {
    strict = await startHostedService({ LOGIN_LIMIT_ACCOUNT: '2/1m', REGISTRATION: 'false' });
  });
  afterAll(() => strict?.close());

  it('no account is offered, and who tries too often is told for how many seconds to wait', async () => {
    const { page, look } = await openForm(strict.url);
    expect(await page.getByText('Create an account').count()).toBe(0);
    await fill(page, { username: newName(), password });
    const notice = page.locator('form [role=alert] .notice');
    for (let i = 0; i < 3; i++) {
      await press(page, 'Log in');
      await page.getByText('Trace id').waitFor();
      await page.locator('button[type=submit][aria-busy=false]').waitFor();
    }
    expect(await notice.innerText()).toMatch(
      /^Too many attempts\. Please try again in \d+ seconds\.\s+Trace id [0-9a-f]{32}$/,
    );
    expect(await look('limit')).toEqual([]);
  });
});

describe('the own account', () => {
  it('gets a first password, by which its person then logs in', async () => {
    const { page, complaints } = await visit('/');
    const data = { code: await service.miniProgramCode(`first ${process.pid}`), mode: 'cookie' };
    await page.request.post(`${service.url}/api/v1/auth/wechat/mini-program`, { data });
    await page.reload();
    await press(page, 'Set a password');
    await title(page, 'Set a password');
    const username = newName();
    await fill(page, { username, newPassword: password });
    await press(page, 'Save');
    await page.getByText('The password has been saved').waitFor();
    await page.getByRole('button', { name: 'Change the password' }).waitFor();
    expect(complaints).toEqual([]);
    await loggedIn(username);
  });

  it('changes its password, which ends the other sessions', async () => {
    const username = await account();
    const { page } = await loggedIn(username);
    expect(await page.getByRole('button', { name: /^End the session of/ }).count()).toBe(1);
    await press(page, 'Change the password');
    expect(await focused(page)).toBe('field-currentPassword');
    await fill(page, { currentPassword: 'not this one', newPassword: 'it weaves algebraic patterns' });
    await press(page, 'Save');
    await complaintOf(page, 'currentPassword').getByText('This is not the current password').waitFor();
    await fill(page, { currentPassword: password });
    await press(page, 'Save');
    await page.getByText('The password has been saved').waitFor();
    expect(await page.getByRole('button', { name: /^End the session of/ }).count()).toBe(0);
    const body = { username, password: 'it weaves algebraic patterns' };
    expect((await service.api('POST', '/auth/login', body)).status).toBe(200);
  });

  it('is downloaded as a file', async () => {
    const username = await account();
    const { page, complaints } = await loggedIn(username);
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Download my data')]);
    expect(file.suggestedFilename()).toBe('wxpass-export.json');
    const held = JSON.parse(readFileSync(await file.path(), 'utf8')) as Record<string, unknown>;
    expect(held).toMatchObject({ account: { username }, sessions: expect.any(Array) });
    expect(complaints).toEqual([]);
  });

  it('is erased only by whoever types that they want it', async () => {
    const username = await account();
    const { page, complaints } = await loggedIn(username);
    await press(page, 'Erase the account');
    await fill(page, { confirmation: 'yes' });
    await press(page, 'Erase for ever');
    await complaintOf(page, 'confirmation').getByText('Type “erase” to confirm').waitFor();
    await press(page, 'Back');
    await title(page, 'You are logged in');
    await press(page, 'Erase the account');
    await fill(page, { confirmation: 'Erase' });
    await press(page, 'Erase for ever');
    await title(page, 'The account has been erased');
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['wxpass_browser']);
    expect(complaints).toEqual([]);
    expect((await service.api('POST', '/auth/login', { username, password })).status).toBe(401);
  });
});

describe('where a login is fresh for a moment only', () => {
  let hasty: HostedService;
  beforeAll(async () => (hasty = await startHostedService({ FRESH_LOGIN: '1s' })));
  afterAll(() => hasty?.close());

  it('who wants to erase the account is told to log in again, and shown the way', async () => {
    const { page, look } = await loggedIn(await account(hasty), hasty);
    await press(page, 'Erase the account');
    await fill(page, { confirmation: 'erase' });
    await page.waitForTimeout(1_100);
    await press(page, 'Erase for ever');
    await page.getByText('Please log in again before doing this').waitFor();
    expect(await look('not-fresh')).toEqual([]);
    await press(page, 'Log out to log in again');
    await page.getByRole('button', { name: 'Log in with a password' }).waitFor();
  });
});

describe('where no other door can be opened by a page', () => {
  let small: HostedService;
  beforeAll(async () => {
    const { kind, appId, appSecret } = appOf('mobile');
    small = await startHostedService({ WECHAT_APPS: JSON.stringify([{ kind, appId, appSecret }]) });
  });
  afterAll(() => small?.close());

  it('the form is there at once, without a way to others', async () => {
    for (const device of ['computer', 'phone', 'wechat'] as const) {
      const { page, complaints } = await visit(small.url, { device });
      await title(page, 'Log in with a password');
      expect(await page.getByRole('button', { name: 'Other ways to log in' }).count()).toBe(0);
      expect(complaints).toEqual([]);
    }
  });
});

/** Each language and each scheme once; SCREENSHOTS=1 pairs them all, for whoever wants to look. */
const looks = (['zh', 'en'] as const)
  .flatMap((language) => (['light', 'dark'] as const).map((scheme) => ({ language, scheme })))
  .filter(({ language, scheme }) => process.env.SCREENSHOTS || (language === 'zh') === (scheme === 'light'));

describe.each(looks)('in $language and $scheme', (look) => {
  const open = async (device: VisitorOptions['device']) => {
    const one = await visit('/', { ...look, device });
    await one.page.locator('#content > .link').last().click();
    await one.page.locator('form').waitFor();
    return one;
  };

  it('logging in and registering look right, with what they complain of', async () => {
    for (const device of ['computer', 'phone', 'wechat'] as const) {
      const one = await open(device);
      expect(await one.look('password')).toEqual([]);
      await fill(one.page, { username: newName(), password });
      await one.page.locator('[type=submit]').click();
      await one.page.locator('.trace').waitFor();
      expect(await one.look('password-wrong')).toEqual([]);
      await one.page.locator('#content > .link').first().click();
      await one.page.locator('[name=email]').waitFor();
      expect(await one.look('register')).toEqual([]);
      await fill(one.page, { username: 'a b', password: 'password1', email: 'nobody' });
      await one.page.locator('[type=submit]').click();
      await one.page.locator('.trace').waitFor();
      expect(await one.look('register-refused')).toEqual([]);
    }
  });

  it('the account and what one may do with it look right', async () => {
    for (const device of ['computer', 'phone'] as const) {
      const one = await open(device);
      await fill(one.page, { username: await account(), password });
      await one.page.locator('[type=submit]').click();
      await one.page.locator('.acts').waitFor();
      expect(await one.look('own-account')).toEqual([]);
      await one.page.locator('.acts button').first().click();
      await one.page.locator('[name=currentPassword]').waitFor();
      expect(await one.look('change-password')).toEqual([]);
      await one.page.locator('#content > .link').click();
      await one.page.locator('.acts button').last().click();
      await one.page.locator('[name=confirmation]').waitFor();
      expect(await one.look('erase')).toEqual([]);
    }
  });
});
