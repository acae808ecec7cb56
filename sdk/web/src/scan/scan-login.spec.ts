import { FakeService } from '../../test/fake-service.js';
import { until } from '../../test/until.js';
import { Api } from '../api.js';
import { exchangeLoginCode, type LoginAnswer } from '../exchange.js';
import { sha256 } from '../pkce.js';
import { ScanLogin, type ScanGrant, type ScanLoginOptions, type ScanView } from './scan-login.js';

let service: FakeService;
let login: ScanLogin | undefined;

beforeEach(async () => {
  service = await FakeService.start();
});

afterEach(async () => {
  login?.stop();
  await service.stop();
});

function begin(options: Partial<ScanLoginOptions> = {}) {
  const views: ScanView[] = [];
  const grants: ScanGrant[] = [];
  const complete = async (grant: ScanGrant) => void grants.push(grant);
  const api = new Api({ baseUrl: service.url });
  login = new ScanLogin({ api, via: 'mini-program', show: (view) => views.push(view), complete, ...options });
  login.start();
  return { api, views, grants, phases: () => views.map(({ phase }) => phase) };
}

const isShown = (views: ScanView[], phase: string) => until(() => views.at(-1)?.phase === phase, 5_000);

it('goes from the code over the phone to the login code, whose challenge only this page can meet', async () => {
  const { views, grants, phases } = begin();
  await isShown(views, 'pending');
  service.move('scanned');
  await isShown(views, 'scanned');
  service.move('confirmed', { loginCode: 'code', user: { nickname: '小明', avatarUrl: null } });
  await until(() => grants.length === 1);
  expect(phases()).toEqual(['opening', 'pending', 'scanned', 'confirmed']);
  expect(grants[0]).toMatchObject({ loginCode: 'code', user: { nickname: '小明' } });
  expect(await sha256(grants[0]!.codeVerifier!)).toBe(service.scans[0]!.codeChallenge);
});

it('the login code becomes a session, though an answer is lost and the service is away for a moment', async () => {
  const answers: LoginAnswer[] = [];
  const path = '/api/v1/auth/token';
  service.faults.push({ path, status: 0 }, { path, status: 503 });
  const { views, api } = begin({
    complete: async ({ loginCode, codeVerifier, signal }) => {
      const exchange = {
        loginCode,
        codeVerifier,
        mode: 'token' as const,
        idempotencyKey: 'k'.repeat(43),
        signal,
      };
      answers.push(await exchangeLoginCode(api, exchange));
    },
  });
  await isShown(views, 'pending');
  service.move('confirmed', { loginCode: 'code' });
  await until(() => answers.length === 1, 5_000);
  expect(answers[0]).toMatchObject({ accessToken: service.session.accessToken, user: { nickname: '小明' } });
  const tries = service.calls.filter((call) => call.path === path);
  expect(new Set(tries.map(({ headers }) => headers['idempotency-key']))).toEqual(new Set(['k'.repeat(43)]));
  expect(tries[0]!.body).toMatchObject({ mode: 'token', device: { type: 'web' } });
});

it("sends another page's challenge as it is and keeps no verifier", async () => {
  const { views, grants } = begin({ codeChallenge: 'c'.repeat(43) });
  await isShown(views, 'pending');
  expect(service.scans[0]!.codeChallenge).toBe('c'.repeat(43));
  service.move('confirmed', { loginCode: 'code' });
  await until(() => grants.length === 1);
  expect(grants[0]!.codeVerifier).toBeUndefined();
});

it('makes a new code when one has expired, but not before someone can see it', async () => {
  let comeBack = () => {};
  const { views, phases } = begin({
    whenVisible: () => new Promise<void>((resolve) => (comeBack = resolve)),
  });
  await isShown(views, 'pending');
  service.move('expired');
  await isShown(views, 'expired');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(service.scans).toHaveLength(1);
  comeBack();
  await isShown(views, 'pending');
  expect(service.scans).toHaveLength(2);
  expect(service.scans[1]!.codeChallenge).not.toBe(service.scans[0]!.codeChallenge);
  expect(phases()).toEqual(['opening', 'pending', 'expired', 'opening', 'pending']);
});

it('a page that is left alone stops making new codes in the end', async () => {
  const { views } = begin({ whenVisible: () => Promise.resolve() });
  for (let codes = 1; codes <= 16; codes++) {
    await until(() => service.scans.length === codes && views.at(-1)?.phase === 'pending');
    service.move('expired');
  }
  await isShown(views, 'expired');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(service.scans).toHaveLength(16);
});

it('a refusal on the phone ends it, until a new code is asked for', async () => {
  const { views } = begin();
  await isShown(views, 'pending');
  service.move('rejected');
  await isShown(views, 'rejected');
  expect(service.scans).toHaveLength(1);
  login!.start();
  await isShown(views, 'pending');
  expect(service.scans).toHaveLength(2);
});

it('giving up tells the phone', async () => {
  const { views } = begin();
  await isShown(views, 'pending');
  login!.cancel();
  await until(() => service.scans[0]!.states.at(-1)!.status === 'cancelled');
  expect(views.at(-1)).toEqual({ phase: 'cancelled' });
});

it('goes on by itself while the service is away, and says so', async () => {
  service.faults.push({ path: '/api/v1/auth/scans', status: 503 }, { path: '/api/v1/auth/scans', status: 0 });
  const { views, phases } = begin();
  await isShown(views, 'pending');
  expect(phases()).toEqual(['opening', 'failed', 'failed', 'pending']);
  expect(views[1]).toMatchObject({ retrying: true, error: { status: 503 } });
});

it('stops with the trace id where trying again is no use', async () => {
  service.faults.push({ path: '/api/v1/auth/scans', status: 400 });
  const { views } = begin();
  await isShown(views, 'failed');
  expect(views.at(-1)).toMatchObject({
    retrying: false,
    error: { error: 'out_of_order', traceId: 'f'.repeat(32) },
  });
});
