import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, IsNull } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { backends, embedded } from '../support/backends.js';
import { browser, placeOf, type Browser } from '../support/browser.js';
import type { Answer } from '../support/client.js';
import { stranger } from '../support/person.js';
import { appOf } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const app = 'https://app.example.test';
const own = 'https://login.example.test';
const doors = ['website', 'official-account'] as const;
type Door = (typeof doors)[number];

const newVerifier = () => randomBytes(32).toString('base64url');
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

let count = 0;
const somebody = () => `redirected ${process.pid} ${(count += 1)}`;

describe.each(backends)('login by redirect on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { replicas: backend === embedded ? 1 : 2 });
  });
  afterAll(() => service?.close());
  afterEach(() => service.simulator.clearFaults());

  const begin = (who: Browser, door: Door, query: Record<string, string> = {}) =>
    who.open(`/api/v1/auth/wechat/${door}/authorize?${new URLSearchParams(query).toString()}`);

  /** Goes to WeChat, consents there, and returns where WeChat sends the browser. */
  async function callbackFor(who: Browser, door: Door, query: Record<string, string>, person = somebody()) {
    const { href } = placeOf(await begin(who, door, query));
    return (await service.simulator.consent(href, { person }))!;
  }

  const replicaOf = (i: number) => service.replicas[i % service.replicas.length]!;
  const exchange = (body: Record<string, unknown>) => service.api('POST', '/auth/token', body);
  const callsOf = async (path: string) =>
    (await service.simulator.calls()).filter((call) => call.path === path).length;

  describe.each(doors)('by the door %s', (door) => {
    it('sends the browser to WeChat as WeChat wants it', async () => {
      const who = browser(service);
      const answer = await begin(who, door, { returnTo: '/there' });
      expect(answer.status).toBe(302);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const state = placeOf(answer).searchParams.get('state')!;
      const callback = encodeURIComponent(`${own}/api/v1/auth/wechat/${door}/callback`);
      const [page, scope] =
        door === 'website' ? ['qrconnect', 'snsapi_login'] : ['oauth2/authorize', 'snsapi_base'];
      expect(answer.headers.get('location')).toBe(
        `${service.simulator.url}/connect/${page}?appid=${appOf(door).appId}&redirect_uri=${callback}&response_type=code&scope=${scope}&state=${state}#wechat_redirect`,
      );
      expect(state).toMatch(/^[A-Za-z0-9]{32,128}$/);
      expect(answer.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-wxpass_browser=[\w-]{43}; .*HttpOnly; Secure; SameSite=Lax$/),
      ]);
      expect((await begin(who, door)).headers.getSetCookie()).toEqual([]);
    });

    it('brings a login code to another origin, which its verifier alone exchanges', async () => {
      const codeVerifier = newVerifier();
      const who = browser(service);
      const query = { returnTo: `${app}/in?x=1#part`, codeChallenge: challengeOf(codeVerifier) };
      const back = await who.open(await callbackFor(who, door, query));
      expect(back.status).toBe(303);
      expect(back.headers.get('cache-control')).toBe('no-store');
      expect(back.headers.get('referrer-policy')).toBe('no-referrer');
      const place = placeOf(back);
      expect(place.href).toMatch(/^https:\/\/app\.example\.test\/in\?x=1&loginCode=[\w-]{43}#part$/);
      const loginCode = place.searchParams.get('loginCode');

      for (const wrong of [undefined, newVerifier(), newVerifier(), newVerifier()]) {
        expect(await exchange({ loginCode, codeVerifier: wrong })).toMatchObject({
          status: 401,
          error: 'login_code_invalid',
        });
      }
      const login = await exchange({ loginCode, codeVerifier, device: { type: 'web' } });
      expect(login).toMatchObject({ status: 200, data: { isNewUser: true, tokenType: 'Bearer' } });
      const again = await exchange({ loginCode, codeVerifier });
      expect(again).toMatchObject({ status: 401, error: 'login_code_invalid' });
      const sessions = await service.api('GET', '/sessions', undefined, { token: login.data.accessToken });
      expect(sessions.data.items).toMatchObject([{ via: door, device: { type: 'web' } }]);
    });

    it('lets five wrong verifiers burn a login code', async () => {
      const codeVerifier = newVerifier();
      const who = browser(service);
      const query = { returnTo: app, codeChallenge: challengeOf(codeVerifier) };
      const loginCode = placeOf(await who.open(await callbackFor(who, door, query))).searchParams.get(
        'loginCode',
      );
      for (let i = 0; i < 5; i++) await exchange({ loginCode, codeVerifier: newVerifier() });
      expect(await exchange({ loginCode, codeVerifier })).toMatchObject({ error: 'login_code_invalid' });
    });

    it('gives a session to one of fifty who show the right verifier at once', async () => {
      const codeVerifier = newVerifier();
      const who = browser(service);
      const query = { returnTo: app, codeChallenge: challengeOf(codeVerifier) };
      const loginCode = placeOf(await who.open(await callbackFor(who, door, query))).searchParams.get(
        'loginCode',
      );
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          replicaOf(i).api('POST', '/auth/token', { loginCode, codeVerifier }),
        ),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('lets nothing that a link brings along pass for its own', async () => {
      const who = browser(service);
      const returnTo = '/there?a=1&loginCode=planted&error=planted&linked=planted';
      const refused = (await callbackFor(who, door, { returnTo })).replace(/code=[^&]*&/, '');
      expect((await who.open(refused)).headers.get('location')).toBe(`${own}/there?a=1&error=access_denied`);
    });

    it('logs in here where there is no returnTo: tokens for a client, cookies and the home page for a browser', async () => {
      const client = browser(service);
      const tokens = await client.open(await callbackFor(client, door, {}));
      expect(tokens).toMatchObject({
        status: 200,
        data: { isNewUser: true, refreshToken: expect.any(String) },
      });

      const who = browser(service);
      const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
      const home = await who.open(await callbackFor(who, door, {}), { accept });
      expect([home.status, home.headers.get('location'), home.text]).toEqual([303, '/', '']);
      expect([...who.cookies.keys()].sort()).toEqual([
        '__Host-wxpass_access',
        '__Host-wxpass_browser',
        '__Host-wxpass_csrf',
        '__Secure-wxpass_refresh',
      ]);

      const inCookies = browser(service);
      const cookies = await inCookies.open(await callbackFor(inCookies, door, { mode: 'cookie' }));
      expect(cookies.status).toBe(200);
      expect(cookies.data).not.toHaveProperty('accessToken');
    });

    it('gives a repeated callback the same outcome, on whichever replica, by one exchange', async () => {
      const who = browser(service);
      const callback = await callbackFor(who, door, { returnTo: '/there' });
      const before = await callsOf('/sns/oauth2/access_token');
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => who.open(callback, { via: replicaOf(i) })),
      );
      expect(new Set(answers.map((answer) => answer.headers.get('location'))).size).toBe(1);
      expect(answers[0]!.headers.get('location')).toMatch(
        /^https:\/\/login\.example\.test\/there\?loginCode=/,
      );
      expect((await callsOf('/sns/oauth2/access_token')) - before).toBe(1);
      expect((await who.open(callback)).headers.get('location')).toBe(answers[0]!.headers.get('location'));
    });

    it('opens one session for one callback, however often it comes', async () => {
      const who = browser(service);
      const callback = await callbackFor(who, door, {});
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => who.open(callback, { via: replicaOf(i) })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(new Set(answers.map(({ data }) => data.sessionId)).size).toBe(1);
    });

    it('serves no other browser and no other door, and is not used up by them', async () => {
      const who = browser(service);
      const callback = await callbackFor(who, door, { returnTo: '/there' });
      const refused = { status: 401, error: 'state_invalid' };
      expect(await browser(service).open(callback)).toMatchObject(refused);
      const another = browser(service);
      await begin(another, door);
      expect(await another.open(callback)).toMatchObject(refused);
      const otherDoor = callback.replace(
        door,
        doors.find((other) => other !== door)!,
      );
      expect(await who.open(otherDoor)).toMatchObject(refused);
      expect(await who.open(callback.replace(/state=.{10}/, 'state='))).toMatchObject(refused);
      expect(await who.open(callback.replace(/&state=[^&]*/, ''))).toMatchObject(refused);
      const stranger = callback.replace(/code=[^&]*/, 'code=another');
      expect(placeOf(await who.open(callback)).searchParams.has('loginCode')).toBe(true);
      expect(placeOf(await who.open(stranger)).searchParams.get('error')).toBe('state_invalid');
    });

    it('takes coming back without a code for a refusal', async () => {
      const who = browser(service);
      const withReturn = (await callbackFor(who, door, { returnTo: '/there' })).replace(/code=[^&]*&/, '');
      expect((await who.open(withReturn)).headers.get('location')).toBe(`${own}/there?error=access_denied`);
      const without = (await callbackFor(who, door, {})).replace(/code=[^&]*&/, '');
      expect(await who.open(without)).toMatchObject({ status: 401, error: 'access_denied' });
    });

    it('tells the page that began how WeChat refused', async () => {
      const who = browser(service);
      const callback = await callbackFor(who, door, { returnTo: '/there' });
      await service.simulator.fault({ path: '/sns/oauth2/access_token', errcode: 40029 });
      expect(placeOf(await who.open(callback)).searchParams.get('error')).toBe('wechat_code_invalid');
      expect(placeOf(await who.open(callback)).searchParams.get('error')).toBe('wechat_code_invalid');
    });

    it('tries again with the same callback once WeChat can be asked', async () => {
      const who = browser(service);
      const callback = await callbackFor(who, door, { returnTo: '/there' });
      await service.simulator.fault({ path: '/sns/oauth2/access_token', status: 500 });
      expect(placeOf(await who.open(callback)).searchParams.get('error')).toBe('wechat_unavailable');
      expect(placeOf(await who.open(callback)).searchParams.has('loginCode')).toBe(true);
    });

    it('begins anew by itself, once, where the code was spent and the answer lost', async () => {
      const who = browser(service);
      const callback = await callbackFor(who, door, { returnTo: '/there' });
      await service.simulator.fault({ path: '/sns/oauth2/access_token', status: 500 });
      await who.open(callback);
      await service.simulator.fault({ path: '/sns/oauth2/access_token', errcode: 40163 });
      const again = placeOf(await who.open(callback));
      expect(again.pathname).toMatch(/\/connect\/(qrconnect|oauth2\/authorize)$/);
      expect(placeOf(await who.open(callback)).href).toBe(again.href);
      const second = (await service.simulator.consent(again.href, { person: somebody() }))!;
      await service.simulator.fault({ path: '/sns/oauth2/access_token', status: 500 });
      await who.open(second);
      await service.simulator.fault({ path: '/sns/oauth2/access_token', errcode: 40163 });
      expect(placeOf(await who.open(second)).searchParams.get('error')).toBe('wechat_code_used');
    });

    it.each([
      ['https://evil.example', 'return_to_not_allowed'],
      ['//evil.example', 'return_to_not_allowed'],
      ['/\\evil.example', 'return_to_not_allowed'],
      ['/\t/evil.example', 'return_to_not_allowed'],
      ['https://app.example.test.evil.example', 'return_to_not_allowed'],
      ['https://app.example.test@evil.example', 'return_to_not_allowed'],
      ['https://user@app.example.test', 'return_to_not_allowed'],
      ['http://app.example.test', 'return_to_not_allowed'],
      ['javascript:alert(1)', 'return_to_not_allowed'],
      ['there', 'return_to_not_allowed'],
      ['/..//evil.example', 'return_to_not_allowed'],
      [`${app}/.//evil.example`, 'return_to_not_allowed'],
      ['https://app.example.test/in', 'pkce_required'],
    ])('does not return to %s', async (returnTo, error) => {
      expect(await begin(browser(service), door, { returnTo })).toMatchObject({ status: 400, error });
    });
  });

  it('never makes a user of a snapshot page', async () => {
    const who = browser(service);
    const query = { returnTo: '/there', scope: 'snsapi_userinfo' };
    const { href } = placeOf(await begin(who, 'official-account', query));
    const callback = (await service.simulator.consent(href, { person: somebody(), snapshot: true }))!;
    expect(placeOf(await who.open(callback)).searchParams.get('error')).toBe('snapshot_user');
  });

  describe('a live session carried to another page', () => {
    const logIn = async (): Promise<Answer> => {
      const who = browser(service);
      return who.open(await callbackFor(who, 'website', {}));
    };
    const carry = (token: string, body: Record<string, unknown>) =>
      service.api('POST', '/auth/login-codes', body, { token });

    it('begets a session of its own there', async () => {
      const { data } = await logIn();
      const codeVerifier = newVerifier();
      const body = { returnTo: `${app}/shop`, codeChallenge: challengeOf(codeVerifier) };
      const carried = await carry(data.accessToken, body);
      expect(carried.status).toBe(201);
      expect(carried.data.redirectTo).toBe(`${app}/shop?loginCode=${carried.data.loginCode}`);
      const login = await exchange({ loginCode: carried.data.loginCode, codeVerifier });
      expect(login).toMatchObject({ status: 200, data: { isNewUser: false, user: { id: data.user.id } } });
      expect(login.data.sessionId).not.toBe(data.sessionId);
    });

    it('does not outlive the session it was made of', async () => {
      const { data } = await logIn();
      const { data: carried } = await carry(data.accessToken, { returnTo: '/shop' });
      await service.api('POST', '/auth/logout', undefined, { token: data.accessToken });
      expect(await exchange({ loginCode: carried.loginCode })).toMatchObject({ error: 'session_ended' });
    });

    describe('ends with it', () => {
      const me = (token: string) => replicaOf(1).api('GET', '/users/me', undefined, { token });
      const endOf = async (token: string) => {
        const { status, data } = await me(token);
        return status === 200 ? 'goes on' : (data.reason as string);
      };
      async function beget(token: string, body: object = {}): Promise<Answer> {
        const { data } = await carry(token, { returnTo: '/shop' });
        return exchange({ loginCode: data.loginCode, ...body });
      }
      async function family() {
        const { data: parent } = await logIn();
        const { data: child } = await beget(parent.accessToken);
        const { data: grandchild } = await beget(child.accessToken);
        const { data: sibling } = await beget(parent.accessToken);
        return { parent, child, grandchild, sibling };
      }
      const endsOf = async (sessions: { accessToken: string }[]) =>
        Promise.all(sessions.map(({ accessToken }) => endOf(accessToken)));

      it('where the person logs out, and takes along what it begot itself', async () => {
        const { parent, child, grandchild, sibling } = await family();
        await service.api('POST', '/auth/logout', undefined, { token: child.accessToken });
        expect(await endsOf([child, grandchild])).toEqual(['logged_out', 'logged_out']);
        expect(await endsOf([parent, sibling])).toEqual(['goes on', 'goes on']);
        await service.api('POST', '/auth/logout', undefined, { token: parent.accessToken });
        expect(await endsOf([parent, sibling])).toEqual(['logged_out', 'logged_out']);
        expect(
          await service.api('POST', '/auth/refresh', { refreshToken: sibling.refreshToken }),
        ).toMatchObject({
          status: 401,
          data: { reason: 'logged_out' },
        });
        await sleep(500);
        const { items } = await service.app
          .get(AuditLog, { strict: false })
          .list({ userId: parent.user.id }, 100);
        const ends = items.filter(({ reason }) => reason === 'logged_out').map(({ event }) => event);
        expect(ends.sort()).toEqual(['logout', 'logout', 'session_ended', 'session_ended']);
      });

      it('where it is ended in the list, but not the session that asks for this', async () => {
        const { parent, child, grandchild, sibling } = await family();
        const { sessionId, accessToken: token } = parent;
        await service.api('DELETE', `/sessions/${sessionId}`, undefined, { token: grandchild.accessToken });
        expect(await endsOf([child, sibling])).toEqual(['revoked', 'revoked']);
        expect([await endOf(token), await endOf(grandchild.accessToken)]).toEqual(['revoked', 'goes on']);
      });

      it('where one of its refresh tokens is used again, which is told of that one alone', async () => {
        const { parent, child } = await family();
        const refresh = (refreshToken: string) => service.api('POST', '/auth/refresh', { refreshToken });
        const next = (await refresh(parent.refreshToken)).data;
        await refresh(next.refreshToken);
        expect(await refresh(parent.refreshToken)).toMatchObject({ error: 'refresh_token_reused' });
        expect(await endOf(child.accessToken)).toBe('refresh_token_reused');
        await sleep(500);
        const filter = { userId: parent.user.id, event: 'refresh_token_reused' } as const;
        expect((await service.app.get(AuditLog, { strict: false }).list(filter, 10)).items).toHaveLength(1);
      });

      it('but not where a login takes the place of its cookies, be it the one that it begot', async () => {
        const { data: parent } = await logIn();
        const { data: sibling } = await beget(parent.accessToken);
        const { data: carried } = await carry(parent.accessToken, { returnTo: '/shop' });
        const headers = { cookie: `__Host-wxpass_access=${parent.accessToken}` };
        const body = { loginCode: carried.loginCode, mode: 'cookie' };
        const { data: next } = await service.api('POST', '/auth/token', body, { headers });
        expect(await endsOf([parent, sibling])).toEqual(['logged_out', 'goes on']);
        const sessions = await service.api('GET', '/sessions', undefined, { token: sibling.accessToken });
        expect(sessions.data.items.map(({ id }: { id: string }) => id)).toContain(next.sessionId);
      });

      it('or with the login that takes the place of its cookies', async () => {
        const who = stranger(service.simulator);
        const { data: parent } = await who.logIn(service);
        const { data: child } = await beget(parent.accessToken);
        const headers = { cookie: `__Host-wxpass_access=${parent.accessToken}` };
        const { data: next } = await who.logIn(service, { headers, body: { mode: 'cookie' } });
        expect(await endsOf([parent, child])).toEqual(['logged_out', 'goes on']);
        const { data: other } = await who.logIn(service);
        await service.api('DELETE', `/sessions/${next.sessionId}`, undefined, { token: other.accessToken });
        expect(await endOf(child.accessToken)).toBe('revoked');
      });

      it('also where both happen at the same moment, in 20 rounds', async () => {
        for (let round = 0; round < 20; round++) {
          const { data: parent } = await logIn();
          const codes: string[] = [];
          for (let i = 0; i < 5; i++)
            codes.push((await carry(parent.accessToken, { returnTo: '/shop' })).data.loginCode);
          const logout = async () => {
            await sleep(round);
            return replicaOf(round).api('POST', '/auth/logout', undefined, { token: parent.accessToken });
          };
          const [left, ...begotten] = await Promise.all([
            logout(),
            ...codes.map((loginCode, i) => replicaOf(i).api('POST', '/auth/token', { loginCode })),
          ]);
          expect(left.status).toBe(200);
          const given = begotten.flatMap(({ status, data }) => (status === 200 ? [data] : []));
          const living = service.app.get(DataSource).getRepository(SessionEntity);
          expect(await living.countBy({ userId: parent.user.id, endedAt: IsNull() })).toBe(0);
          for (const { refreshToken } of given) {
            const answer = await replicaOf(round).api('POST', '/auth/refresh', { refreshToken });
            expect(answer).toMatchObject({ status: 401, data: { reason: 'logged_out' } });
          }
        }
      });
    });

    it('asks for PKCE where the page is of another origin, and refuses a verifier nobody asked for', async () => {
      const { data } = await logIn();
      expect(await carry(data.accessToken, { returnTo: app })).toMatchObject({ error: 'pkce_required' });
      const { data: carried } = await carry(data.accessToken, { returnTo: '/shop' });
      const withVerifier = { loginCode: carried.loginCode, codeVerifier: newVerifier() };
      expect(await exchange(withVerifier)).toMatchObject({ status: 401, error: 'login_code_invalid' });
      expect(await exchange({ loginCode: carried.loginCode })).toMatchObject({ status: 200 });
    });

    it('exchanges a login code once, of a hundred at once', async () => {
      const { data } = await logIn();
      const { data: carried } = await carry(data.accessToken, { returnTo: '/shop' });
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          replicaOf(i).api('POST', '/auth/token', { loginCode: carried.loginCode }),
        ),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ error }) => error === 'login_code_invalid')).toHaveLength(99);
    });
  });
});
