import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { backends, shared } from '../support/backends.js';
import { newOperator } from '../support/operators.js';
import { stranger } from '../support/person.js';
import { plainApp, privacyEvent, pushEnv, signedPush } from '../support/push.js';
import { type RunningService, startService } from '../support/start-service.js';

const erased = { status: 401, error: 'session_ended', data: { reason: 'user_erased' } };
const password = 'a password that nobody has';

describe.each(backends)('erasing the own account on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { replicas: backend === shared ? 2 : 1, env: pushEnv });
  });
  afterAll(() => service?.close());
  beforeEach(() => query("UPDATE users SET role = 'user' WHERE role = 'admin'"));

  const replicaOf = (i: number) => service.replicas[i % service.replicas.length]!;
  const query = (sql: string, ...parameters: unknown[]) =>
    service.app.get(DataSource).query<Record<string, unknown>[]>(sql, parameters);
  const erase = (token: string, i = 0, body?: object) =>
    replicaOf(i).api('DELETE', '/users/me', body, { token });
  const me = (token: string, i = 0) => replicaOf(i).api('GET', '/users/me', undefined, { token });
  const rowOf = async (id: string) => (await query('SELECT * FROM users WHERE id = ?', id))[0];
  const actsOn = async (userId: string) => {
    await sleep(500);
    return (await service.app.get(AuditLog, { strict: false }).list({ userId }, 100)).items;
  };
  const makeAdministrators = async (...ids: string[]) => {
    for (const id of ids) await query("UPDATE users SET role = 'admin' WHERE id = ?", id);
  };

  async function newcomer() {
    const someone = stranger(service.simulator);
    const { data } = await someone.logIn(service);
    const token: string = data.accessToken;
    return { ...someone, id: data.user.id as string, token, refreshToken: data.refreshToken as string };
  }

  it('ends all sessions everywhere, and whoever comes back is somebody new', async () => {
    const someone = await newcomer();
    const other = (await someone.logIn(service)).data;
    await Promise.all(service.replicas.map((_, i) => me(other.accessToken, i)));
    const answer = await erase(someone.token);
    expect(answer).toMatchObject({ status: 200, json: { code: 0, data: null } });
    expect(await erase(someone.token)).toMatchObject(erased);
    await sleep(300);
    for (const i of service.replicas.keys()) expect(await me(other.accessToken, i)).toMatchObject(erased);
    for (const { refreshToken } of [someone, other]) {
      expect(await service.api('POST', '/auth/refresh', { refreshToken })).toMatchObject(erased);
    }
    expect(await rowOf(someone.id)).toMatchObject({ status: 'erased', nickname: null });
    const again = (await someone.logIn(service)).data;
    expect([again.isNewUser, again.user.id === someone.id]).toEqual([true, false]);
    const acts = await actsOn(someone.id);
    expect(acts.filter(({ event }) => event === 'user_erased')).toMatchObject([
      { outcome: 'success', address: '127.0.0.1', appId: plainApp.appId, traceId: answer.json.traceId },
    ]);
    expect(acts.filter(({ reason }) => reason === 'user_erased')).toHaveLength(2);
  });

  it('needs a fresh login, and takes no body', async () => {
    const { id, token } = await newcomer();
    await query('UPDATE sessions SET authenticated_at = ? WHERE user_id = ?', Date.now() - 301_000, id);
    expect(await erase(token)).toMatchObject({ status: 403, error: 'fresh_login_required' });
    await query('UPDATE sessions SET authenticated_at = ? WHERE user_id = ?', Date.now(), id);
    expect(await erase(token, 0, { sure: true })).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await rowOf(id)).toMatchObject({ status: 'active' });
    expect(await erase(token, 0, {})).toMatchObject({ status: 200 });
  });

  it('by a cookie needs the CSRF token, and takes the cookies away', async () => {
    const login = await stranger(service.simulator).logIn(service, { body: { mode: 'cookie' } });
    const cookies = login.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!);
    const csrf = cookies.find((pair) => pair.includes('wxpass_csrf'))!.split('=')[1]!;
    const headers = { cookie: cookies.join('; ') };
    const refused = await service.api('DELETE', '/users/me', undefined, { headers });
    expect(refused).toMatchObject({ status: 403, error: 'csrf_invalid' });
    const answer = await service.api('DELETE', '/users/me', undefined, {
      headers: { ...headers, 'x-csrf-token': csrf },
    });
    expect(answer.status).toBe(200);
    expect(
      answer.headers.getSetCookie().map((cookie) => /^(?:__\w+-)?(\w+)=; Max-Age=0;/.exec(cookie)?.[1]),
    ).toEqual(['wxpass_access', 'wxpass_refresh', 'wxpass_csrf']);
  });

  it('sets the username free, and blanks it in the audit log, also where another replica writes it late', async () => {
    const username = `erased.${process.pid}.${backend === shared ? 'b' : 'a'}`;
    const { data } = await service.api('POST', '/auth/register', { username, password });
    const wrong = await replicaOf(1).api('POST', '/auth/login', { username, password: 'no such password' });
    expect(wrong.error).toBe('invalid_credentials');
    const late = service.replicas.at(-1)!.app.get(AuditLog, { strict: false });
    late.record({ event: 'login', outcome: 'failure', userId: data.user.id, username });
    expect(await erase(data.accessToken)).toMatchObject({ status: 200 });
    await sleep(2700);
    const acts = await actsOn(data.user.id);
    expect(acts.filter(({ outcome }) => outcome === 'failure').length).toBeGreaterThanOrEqual(2);
    expect(acts.map((act) => act.username).filter((name) => name !== null)).toEqual([]);
    expect(await query('SELECT id FROM audit_log WHERE username = ?', username)).toEqual([]);
    const again = await service.api('POST', '/auth/register', { username, password });
    expect(again.status).toBe(201);
  });

  it('is refused to the last administrator alone, also where two go at once', async () => {
    for (let round = 0; round < 5; round++) {
      const pair = [await newcomer(), await newcomer()];
      await makeAdministrators(...pair.map(({ id }) => id));
      const answers = await Promise.all(pair.map(({ token }, i) => erase(token, i)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const left = pair[answers.findIndex(({ status }) => status === 409)]!;
      expect(await erase(left.token)).toMatchObject({ error: 'last_administrator' });
      expect(await rowOf(left.id)).toMatchObject({ status: 'active', role: 'admin' });
      expect(await me(left.token)).toMatchObject({ status: 200 });
      await makeAdministrators((await newcomer()).id);
      expect(await erase(left.token)).toMatchObject({ status: 200 });
      await query("UPDATE users SET role = 'user' WHERE role = 'admin'");
    }
  });

  it('is not done for a session that an operator ends at that moment', async () => {
    const { accessToken: token } = await newOperator(service, 'admin');
    for (let round = 0; round < 12; round++) {
      const someone = await newcomer();
      const erasing = erase(someone.token, round);
      await sleep(2 * round);
      const path = `/admin/users/${someone.id}`;
      const ended =
        round % 2 === 0
          ? await replicaOf(round + 1).api('PATCH', path, { status: 'locked' }, { token })
          : await replicaOf(round + 1).api('DELETE', `${path}/sessions`, undefined, { token });
      const wasEnded = ended.status === 200 && ended.data.ended !== 0;
      expect([round, wasEnded, (await erasing).status]).toEqual([round, wasEnded, wasEnded ? 401 : 200]);
    }
  });

  it('and logging in at the same moment leave one person or nobody', async () => {
    for (let round = 0; round < 5; round++) {
      const someone = await newcomer();
      const [gone, ...logins] = await Promise.all([
        erase(someone.token),
        ...Array.from({ length: 6 }, (_, i) => someone.logIn(replicaOf(i))),
      ]);
      expect(gone.status).toBe(200);
      expect(logins.map(({ status }) => status)).toEqual(Array(6).fill(200));
      await sleep(700);
      for (const { data } of logins) {
        const wanted = data.user.id === someone.id ? erased : { status: 200 };
        expect(await me(data.accessToken)).toMatchObject(wanted);
      }
      expect(await query('SELECT id FROM wechat_identities WHERE user_id = ?', someone.id)).toEqual([]);
    }
  });

  describe('where WeChat says that the last administrator gave up their account', () => {
    const openidOf = async (userId: string) =>
      String((await query('SELECT openid FROM wechat_identities WHERE user_id = ?', userId))[0]!.openid);
    const cancel = async (openid: string) => {
      const body = privacyEvent('user_authorization_cancellation', openid);
      const answer = await fetch(service.base + signedPush(plainApp.appId), { method: 'POST', body });
      expect(await answer.text()).toBe('success');
    };

    it('keeps the account with a password, without what WeChat gave', async () => {
      const someone = await newcomer();
      const username = `admin.${process.pid}.${backend === shared ? 'b' : 'a'}`;
      const first = { username, newPassword: password };
      const set = await service.api('PUT', '/users/me/password', first, { token: someone.token });
      expect(set.status).toBe(200);
      await makeAdministrators(someone.id);
      await query(
        "UPDATE users SET phone_masked = 'x', phone_sealed = 'x', city = 'x' WHERE id = ?",
        someone.id,
      );
      await cancel(await openidOf(someone.id));
      expect(await rowOf(someone.id)).toMatchObject({
        ...{ status: 'active', role: 'admin', username },
        ...{ phone_masked: null, phone_sealed: null, city: null },
      });
      expect(await query('SELECT id FROM wechat_identities WHERE user_id = ?', someone.id)).toEqual([]);
      const login = await service.api('POST', '/auth/login', { username, password });
      expect(login).toMatchObject({ status: 200, data: { user: { id: someone.id } } });
    });

    it('erases the account without one all the same, and says aloud that nobody administers any more', async () => {
      const someone = await newcomer();
      await makeAdministrators(someone.id);
      const lines: unknown[] = [];
      const note = (line: unknown) => void lines.push(line);
      Logger.overrideLogger({ log: note, warn: note, error: note });
      try {
        await cancel(await openidOf(someone.id));
      } finally {
        Logger.overrideLogger(false);
      }
      expect(await rowOf(someone.id)).toMatchObject({ status: 'erased', role: 'user' });
      expect(lines).toContainEqual(expect.stringMatching(/last administrator erased: .*recover/));
      const acts = (await actsOn(someone.id)).map(({ event }) => event);
      expect(acts).toEqual(expect.arrayContaining(['consent_revoked', 'identity_unlinked', 'user_erased']));
    });
  });
});
