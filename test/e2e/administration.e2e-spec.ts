import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { backends, embedded, shared } from '../support/backends.js';
import type { Answer } from '../support/client.js';
import { Machine } from '../support/machine.js';
import { newOperator, setStanding } from '../support/operators.js';
import { person, stranger } from '../support/person.js';
import { type Replica, type RunningService, startService } from '../support/start-service.js';
import { miniProgram, otherMiniProgram } from '../support/start-simulator.js';

const browser = 'Operators/1.0';
const machine = new Machine('console', 'a secret of the console', 'admin');
const noUser = '0199c3a4-5d1e-7c42-9a6b-3f0e8d7c1b25';
const impossibleIds = ['nonsense', "x'--", 'x'.repeat(200), noUser];

describe.each(backends)('administration on $name', (backend) => {
  let service: RunningService;
  let admin: Awaited<ReturnType<typeof newOperator>>;
  beforeAll(async () => {
    service = await startService(backend, {
      replicas: backend === shared ? 2 : 1,
      env: { API_CLIENTS: machine.entry },
    });
    admin = await newOperator(service, 'admin');
  });
  afterAll(() => service?.close());

  const other = () => service.replicas.at(-1)!;
  const as =
    (token: string, to: () => Replica = () => service) =>
    (method: string, path: string, body?: unknown): Promise<Answer> =>
      to().api(method, `/admin${path}`, body, { token, headers: { 'user-agent': browser } });
  const ask = (method: string, path: string, body?: unknown) => as(admin.accessToken)(method, path, body);
  const me = (token: string, to: Replica = service) => to.api('GET', '/users/me', undefined, { token });
  const newcomer = async () => (await stranger(service.simulator).logIn(service)).data;

  /** The acts of one kind upon a user, oldest first, once there are so many; asked for as operators do. */
  async function acts(event: string, count: number, query = ''): Promise<any[]> {
    for (let i = 0; ; i++, await sleep(50)) {
      const { data } = await ask('GET', `/audit-log?event=${event}${query}&limit=100`);
      if (data.items.length >= count || i === 20) return data.items.reverse();
    }
  }
  const actsUpon = (userId: string, event: string, count: number) => acts(event, count, `&userId=${userId}`);
  const byAdmin = () => ({
    outcome: 'success',
    address: '127.0.0.1',
    userAgent: browser,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });

  describe('a user', () => {
    it('is shown with identities and the number of living sessions', async () => {
      const someone = stranger(service.simulator);
      const first = (await someone.logIn(service)).data;
      await someone.logIn(service, { appId: otherMiniProgram.appId });
      const answer = await ask('GET', `/users/${first.user.id}`);
      expect(answer.status).toBe(200);
      const own = (await me(first.accessToken)).data;
      const identities = await service.api('GET', '/users/me/identities', undefined, {
        token: first.accessToken,
      });
      expect(answer.data).toEqual({ ...own, identities: identities.data.items, activeSessions: 2 });
      expect(answer.data.identities.map(({ appId }: { appId: string }) => appId)).toEqual([
        miniProgram.appId,
        otherMiniProgram.appId,
      ]);
      await service.api('POST', '/auth/logout', undefined, { token: first.accessToken });
      expect((await ask('GET', `/users/${first.user.id}`)).data.activeSessions).toBe(1);
    });

    it('who is looked at has a row that says by whom, and none where there was nothing to see', async () => {
      const { user } = await newcomer();
      await ask('GET', `/users/${noUser}`);
      await ask('GET', `/users?q=${user.id}`);
      await ask('GET', `/users/${user.id}`);
      expect(await actsUpon(user.id, 'user_viewed', 1)).toEqual([
        expect.objectContaining({ ...byAdmin(), reason: `by ${admin.user.id}` }),
      ]);
      expect(await actsUpon(noUser, 'user_viewed', 0)).toEqual([]);
    });

    it('is looked for by id, openid and how the nickname begins, by role and status, page by page', async () => {
      const nickname = `乔${randomUUID().slice(0, 8)}`;
      const people: { accessToken: string; user: { id: string } }[] = [];
      for (let i = 0; i < 3; i++) {
        const login = await newcomer();
        const token = login.accessToken;
        await service.api('PATCH', '/users/me', { nickname: `${nickname} ${i}` }, { token });
        people.push(login);
      }
      const ids = people.map(({ user }) => user.id);
      await setStanding(service, ids[1]!, { role: 'auditor' });
      await setStanding(service, ids[2]!, { status: 'locked' });
      const [identity] = (await ask('GET', `/users/${ids[0]}`)).data.identities;
      const name = encodeURIComponent(nickname);
      const cases: [string, string[]][] = [
        [`q=${ids[0]}`, [ids[0]!]],
        [`q=${identity.openid}`, [ids[0]!]],
        [`q=${name}`, ids],
        [`q=${name}&role=auditor`, [ids[1]!]],
        [`q=${name}&status=locked`, [ids[2]!]],
        [`q=${name}&role=admin`, []],
        ['q=nobody-is-called-so', []],
      ];
      for (const [query, found] of cases) {
        const { status, data } = await ask('GET', `/users?${query}`);
        expect([query, status, data?.items.map(({ id }: { id: string }) => id)]).toEqual([query, 200, found]);
      }
      const first = (await ask('GET', `/users?q=${name}&limit=2`)).data;
      const second = (await ask('GET', `/users?q=${name}&limit=2&cursor=${first.nextCursor}`)).data;
      const both = [...first.items, ...second.items].map(({ id }: { id: string }) => id);
      expect([both, second.nextCursor]).toEqual([ids, null]);
      const [newest] = (await ask('GET', '/users?limit=1')).data.items;
      expect(newest.id).toBe(ids[2]);
    });

    it.each([
      ['role=owner', 'role'],
      ['status=erased', 'status'],
      ['limit=0', 'limit'],
      ['cursor=nonsense', 'cursor'],
      [`q=${'x'.repeat(257)}`, 'q'],
      ['nonsense=1', 'nonsense'],
    ])('is not looked for by %s', async (query, path) => {
      expect(await ask('GET', `/users?${query}`)).toMatchObject({
        status: 400,
        error: 'invalid_request',
        data: { fields: [{ path }] },
      });
    });

    it.each(impossibleIds)('that is none is not found: %s', async (id) => {
      const encoded = encodeURIComponent(id);
      const requests: [string, string, unknown?][] = [
        ['GET', `/users/${encoded}`],
        ['PATCH', `/users/${encoded}`, { status: 'locked' }],
        ['DELETE', `/users/${encoded}/sessions`],
        ['DELETE', `/blocks/${encoded}`],
        ['POST', `/merges/${encoded}/undo`],
      ];
      for (const request of requests) {
        const { status, error } = await ask(...request);
        expect([...request, status, error]).toEqual([...request, 404, 'not_found']);
      }
    });

    it.each([
      [{}, ''],
      [{ role: 'owner' }, 'role'],
      [{ status: 'merged' }, 'status'],
      [{ status: 'erased' }, 'status'],
      [{ status: null }, 'status'],
      [{ status: 'locked', username: 'x' }, 'username'],
    ])('takes no change such as %j', async (body, path) => {
      const { user } = await newcomer();
      expect(await ask('PATCH', `/users/${user.id}`, body)).toMatchObject({
        status: 400,
        error: 'invalid_request',
        data: { fields: [{ path }] },
      });
    });

    it('who is locked is out at once, on all replicas and at every door, until unlocked', async () => {
      const someone = stranger(service.simulator);
      const login = (await someone.logIn(service)).data;
      const { id } = login.user;
      await me(login.accessToken, other());
      const locked = await ask('PATCH', `/users/${id}`, { status: 'locked' });
      expect(locked).toMatchObject({ status: 200, data: { id, status: 'locked', role: 'user' } });
      const ended = { status: 401, error: 'session_ended', data: { reason: 'user_locked' } };
      for (const replica of service.replicas) {
        expect(await eventually(() => me(login.accessToken, replica), 401)).toMatchObject(ended);
        expect(
          await replica.api('POST', '/auth/refresh', { refreshToken: login.refreshToken }),
        ).toMatchObject(ended);
        expect(await someone.logIn(replica)).toMatchObject({ status: 403, error: 'user_locked' });
      }
      expect(await ask('PATCH', `/users/${id}`, { status: 'active' })).toMatchObject({
        status: 200,
        data: { status: 'active' },
      });
      expect((await someone.logIn(other())).status).toBe(200);
      expect(await me(login.accessToken)).toMatchObject(ended);
      const reason = `by ${admin.user.id}`;
      for (const event of ['user_locked', 'user_unlocked'])
        expect(await actsUpon(id, event, 1)).toEqual([
          expect.objectContaining({ ...byAdmin(), event, userId: id, reason }),
        ]);
    });

    it('gets another role, which counts at once in the sessions that live, on all replicas', async () => {
      const login = await newcomer();
      const { id } = login.user;
      const asThem = (to: Replica) => as(login.accessToken, () => to)('GET', '/audit-log?limit=1');
      const statuses = async () => {
        const answers = [];
        for (const replica of service.replicas) answers.push((await asThem(replica)).status);
        return [...new Set(answers)];
      };
      expect(await statuses()).toEqual([403]);
      for (const [role, status] of [
        ['auditor', 200],
        ['user', 403],
        ['admin', 200],
        ['user', 403],
      ] as const) {
        expect(await ask('PATCH', `/users/${id}`, { role })).toMatchObject({ status: 200, data: { role } });
        expect([role, await statuses()]).toEqual([role, [status]]);
      }
      expect((await me(login.accessToken)).data.role).toBe('user');
      const verified = await service.api('GET', '/auth/verify', undefined, { token: login.accessToken });
      expect(verified.headers.get('x-user-role')).toBe('user');
      const changes = await actsUpon(id, 'role_changed', 4);
      expect(changes.map(({ reason }) => reason)).toEqual(
        ['user to auditor', 'auditor to user', 'user to admin', 'admin to user'].map(
          (what) => `by ${admin.user.id}: ${what}`,
        ),
      );
    });

    it('who is so already is not changed, and no act is told', async () => {
      const { user, accessToken } = await newcomer();
      const same = { role: 'user', status: 'active' };
      expect(await ask('PATCH', `/users/${user.id}`, same)).toMatchObject({ status: 200, data: same });
      await ask('PATCH', `/users/${user.id}`, { role: 'auditor' });
      for (const event of ['role_changed', 'identity_created', 'login']) await actsUpon(user.id, event, 1);
      const { data } = await ask('GET', `/audit-log?userId=${user.id}`);
      expect(data.items.map(({ event }: { event: string }) => event)).toEqual([
        'role_changed',
        'login',
        'identity_created',
      ]);
      expect((await me(accessToken)).status).toBe(200);
    });

    it('is locked and given a role in one change, with an act for each', async () => {
      const { user, accessToken } = await newcomer();
      const wanted = { role: 'admin', status: 'locked' };
      expect(await ask('PATCH', `/users/${user.id}`, wanted)).toMatchObject({ status: 200, data: wanted });
      expect((await me(accessToken)).status).toBe(401);
      await actsUpon(user.id, 'user_locked', 1);
      expect(await actsUpon(user.id, 'role_changed', 1)).toHaveLength(1);
    });

    it('has all sessions ended as kicked, but may log in again', async () => {
      const someone = stranger(service.simulator);
      const logins = [(await someone.logIn(service)).data, (await someone.logIn(other())).data];
      const { id } = logins[0].user;
      expect(await ask('DELETE', `/users/${id}/sessions`)).toMatchObject({ status: 200, data: { ended: 2 } });
      for (const { accessToken, refreshToken } of logins) {
        const kicked = { status: 401, error: 'session_ended', data: { reason: 'kicked' } };
        expect(await me(accessToken)).toMatchObject(kicked);
        expect(await service.api('POST', '/auth/refresh', { refreshToken })).toMatchObject(kicked);
      }
      expect(await ask('DELETE', `/users/${id}/sessions`)).toMatchObject({ data: { ended: 0 } });
      expect((await someone.logIn(service)).status).toBe(200);
      expect(await actsUpon(id, 'sessions_ended_by_admin', 1)).toEqual([
        expect.objectContaining({ ...byAdmin(), userId: id, reason: `by ${admin.user.id}` }),
      ]);
      expect((await actsUpon(id, 'session_ended', 2)).map(({ reason }) => reason)).toEqual([
        'kicked',
        'kicked',
      ]);
    });

    it('who is the last administrator stays one, and active', async () => {
      const mine = `/users/${admin.user.id}`;
      for (const change of [{ role: 'user' }, { role: 'auditor' }, { status: 'locked' }]) {
        expect(await ask('PATCH', mine, change)).toMatchObject({ status: 409, error: 'last_administrator' });
      }
      const locked = await newOperator(service, 'admin');
      await setStanding(service, locked.user.id, { status: 'locked' });
      expect(await ask('PATCH', mine, { role: 'user' })).toMatchObject({ error: 'last_administrator' });
      const second = await newOperator(service, 'admin');
      expect(await ask('PATCH', mine, { role: 'auditor' })).toMatchObject({ status: 200 });
      expect(await as(second.accessToken)('PATCH', mine, { role: 'admin' })).toMatchObject({ status: 200 });
      await setStanding(service, second.user.id, { role: 'user' });
    });
  });

  describe('the audit log', () => {
    it('tells within a second what happened, and who was refused for want of a role', async () => {
      const { user, accessToken } = await newcomer();
      for (const replica of service.replicas) {
        const refused = await as(accessToken, () => replica)('GET', '/users');
        expect(refused).toMatchObject({ status: 403, error: 'forbidden', data: null });
      }
      await sleep(1000);
      const { data } = await ask('GET', `/audit-log?userId=${user.id}&event=access_refused`);
      expect(data.items).toHaveLength(service.replicas.length);
      expect(data.items[0]).toEqual({
        id: expect.any(String),
        at: expect.stringMatching(/Z$/),
        event: 'access_refused',
        userId: user.id,
        username: null,
        address: '127.0.0.1',
        userAgent: browser,
        appId: miniProgram.appId,
        outcome: 'failure',
        blocked: false,
        reason: 'forbidden',
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    });

    it('is filtered by all that is asked, an address in any spelling', async () => {
      const { user } = await newcomer();
      await actsUpon(user.id, 'login', 1);
      const all = (await ask('GET', `/audit-log?userId=${user.id}`)).data.items;
      const [login] = all;
      const before = new Date(Date.parse(login.at) - 60_000).toISOString();
      const after = new Date(Date.parse(login.at) + 1).toISOString();
      const abroad = encodeURIComponent('2999-01-01T00:00:00+08:00');
      const cases: [string, number][] = [
        ['', 2],
        ['&event=login', 1],
        ['&event=logout', 0],
        ['&address=127.0.0.1', 2],
        ['&address=::ffff:127.0.0.1', 2],
        ['&address=::FFFF:7F00:1', 2],
        ['&address=127.0.0.2', 0],
        ['&blocked=false', 2],
        ['&blocked=true', 0],
        [`&from=${before}&to=${after}`, 2],
        [`&from=${after}`, 0],
        [`&to=${before}`, 0],
        [`&to=${abroad}`, 2],
        ['&from=2999-01-01', 0],
      ];
      for (const [filter, count] of cases) {
        const { status, data } = await ask('GET', `/audit-log?userId=${user.id}${filter}`);
        expect([filter, status, data?.items?.length]).toEqual([filter, 200, count]);
      }
    });

    it('is read page by page', async () => {
      const someone = stranger(service.simulator);
      const { user } = (await someone.logIn(service)).data;
      for (let i = 0; i < 4; i++) await someone.logIn(service);
      await actsUpon(user.id, 'login', 5);
      const seen: string[] = [];
      let cursor = '';
      do {
        const { data } = await ask('GET', `/audit-log?userId=${user.id}&limit=2${cursor}`);
        seen.push(...data.items.map(({ event }: { event: string }) => event));
        cursor = data.nextCursor === null ? '' : `&cursor=${data.nextCursor}`;
      } while (cursor);
      expect(seen).toEqual([...Array<string>(5).fill('login'), 'identity_created']);
    });

    it.each([
      ['event=nonsense', 'event'],
      ['cursor=nonsense', 'cursor'],
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=x', 'limit'],
      ['address=nonsense', 'address'],
      ['address=10.0.0.0/8', 'address'],
      ['blocked=perhaps', 'blocked'],
      ['from=yesterday', 'from'],
      ['to=2026-13-01', 'to'],
      ['to=1795154403552', 'to'],
      ['nonsense=1', 'nonsense'],
    ])('is not asked for %s', async (query, path) => {
      expect(await ask('GET', `/audit-log?${query}`)).toMatchObject({
        status: 400,
        error: 'invalid_request',
        data: { fields: [{ path }] },
      });
    });

    it('is for auditors too, and nothing else is', async () => {
      const auditor = await newOperator(service, 'auditor');
      const asAuditor = as(auditor.accessToken);
      expect((await asAuditor('GET', '/audit-log')).status).toBe(200);
      const { id } = auditor.user;
      for (const [method, path, body] of [
        ['GET', `/users/${id}`],
        ['PATCH', `/users/${id}`, { role: 'admin' }],
        ['DELETE', `/users/${id}/sessions`],
        ['GET', '/blocks'],
        ['POST', '/blocks', {}],
        ['GET', '/merges'],
      ] as const) {
        const { status, error } = await asAuditor(method, path, body);
        expect([method, path, status, error]).toEqual([method, path, 403, 'forbidden']);
      }
    });
  });

  describe('a block', () => {
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

    it('keeps its address out at once, on all replicas, until it is taken away', async () => {
      const narrow = await service.addReplica({ TRUST_PROXY: '127.0.0.1' });
      const someone = stranger(service.simulator);
      const expiresAt = '2999-01-01T08:00:00+08:00';
      const added = await ask('POST', '/blocks', {
        kind: 'address',
        value: '198.51.100.77/24',
        reason: ' guesses ',
        expiresAt,
      });
      expect(added.status).toBe(201);
      expect(added.data).toEqual({
        id: expect.any(String),
        kind: 'address',
        value: '198.51.100.0/24',
        reason: 'guesses',
        createdAt: expect.stringMatching(/Z$/),
        expiresAt: '2999-01-01T00:00:00.000Z',
      });
      const attempt = () => someone.logIn(narrow, from('198.51.100.5'));
      expect(await eventually(attempt, 403)).toMatchObject({ status: 403, error: 'blocked' });
      expect((await someone.logIn(narrow, from('198.51.101.5'))).status).toBe(200);
      const { items } = (await ask('GET', '/blocks')).data;
      expect(items[0]).toEqual(added.data);
      expect(await ask('DELETE', `/blocks/${added.data.id}`)).toMatchObject({ status: 200, data: null });
      expect(await ask('DELETE', `/blocks/${added.data.id}`)).toMatchObject({ status: 404 });
      expect(await eventually(attempt, 200)).toMatchObject({ status: 200 });
      const reason = `by ${admin.user.id}: 198.51.100.0/24`;
      for (const event of ['block_added', 'block_removed'])
        expect((await acts(event, 1)).at(-1)).toMatchObject({ ...byAdmin(), userId: null, reason });
    });

    it('that is there already keeps its id and gets the new reason and end', async () => {
      const value = `Someone-${randomUUID()}`;
      const add = (reason: string, rest = {}) =>
        ask('POST', '/blocks', { kind: 'account', value, reason, ...rest });
      const first = await add('first', { expiresAt: null });
      const second = await add('second', { expiresAt: '2999-01-01' });
      expect(second.data).toEqual({
        ...first.data,
        reason: 'second',
        createdAt: second.data.createdAt,
        expiresAt: '2999-01-01T00:00:00.000Z',
      });
      expect((await add('third')).data).toMatchObject({ id: first.data.id, expiresAt: null });
      const told = JSON.stringify(await acts('block_added', 3));
      expect(told).toContain(`by ${admin.user.id}: an account`);
      expect(told.toLowerCase()).not.toContain('someone');
    });

    it('needs neither a reason nor an end', async () => {
      const made = await ask('POST', '/blocks', { kind: 'address', value: '192.0.2.77' });
      expect(made).toMatchObject({ status: 201, data: { reason: '', expiresAt: null } });
    });

    it.each([
      [{ value: 'nonsense' }, 'value'],
      [{ value: '10.0.0.0/33' }, 'value'],
      [{ value: '0.0.0.0/0' }, 'value'],
      [{ value: '' }, 'value'],
      [{ value: undefined }, 'value'],
      [{ kind: 'account', value: ' ' }, 'value'],
      [{ kind: 'country' }, 'kind'],
      [{ reason: '' }, 'reason'],
      [{ reason: 'x'.repeat(256) }, 'reason'],
      [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
      [{ expiresAt: 'tomorrow' }, 'expiresAt'],
      [{ expiresAt: 4102444800000 }, 'expiresAt'],
      [{ nonsense: 1 }, 'nonsense'],
    ])('is not made of %j', async (part, path) => {
      const whole = { kind: 'address', value: '192.0.2.1', reason: 'test', expiresAt: null };
      expect(await ask('POST', '/blocks', { ...whole, ...part })).toMatchObject({
        status: 400,
        error: 'invalid_request',
        data: { fields: [{ path }] },
      });
    });

    it('is listed page by page', async () => {
      const ids: string[] = [];
      for (const value of ['192.0.2.10', '192.0.2.11', '192.0.2.12'])
        ids.push((await ask('POST', '/blocks', { kind: 'address', value, reason: 'test' })).data.id);
      const first = (await ask('GET', '/blocks?limit=2')).data;
      expect(first.items.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
      const second = (await ask('GET', `/blocks?limit=1&cursor=${first.nextCursor}`)).data;
      expect(second.items[0].id).toBe(ids[0]);
      for (const id of ids) await ask('DELETE', `/blocks/${id}`);
    });
  });

  describe('a merge', () => {
    /** One person whom two apps knew as two users, until the unionid showed. */
    async function merged() {
      const name = `merged ${randomUUID()}`;
      const someone = person(service.simulator, name);
      const older = (await someone.logIn(service)).data;
      const elsewhere = { appId: otherMiniProgram.appId };
      const younger = (await someone.logIn(service, { ...elsewhere, unionid: false })).data;
      expect(younger.user.id).not.toBe(older.user.id);
      const joined = (await someone.logIn(service, elsewhere)).data;
      expect(joined.user.id).toBe(older.user.id);
      return { someone, older, younger, joined, elsewhere };
    }

    it('is listed with who, when, by which app, and until when it may be undone', async () => {
      const { older, younger, elsewhere } = await merged();
      const { status, data } = await ask('GET', '/merges?limit=1');
      expect(status).toBe(200);
      const [merge] = data.items;
      expect(merge).toEqual({
        id: expect.any(String),
        survivorId: older.user.id,
        mergedId: younger.user.id,
        mergedAt: expect.stringMatching(/Z$/),
        appId: elsewhere.appId,
        undoneAt: null,
        undoableUntil: expect.stringMatching(/Z$/),
      });
      expect(Date.parse(merge.undoableUntil) - Date.parse(merge.mergedAt)).toBe(30 * 86_400_000);
      expect((await ask('GET', `/users/${younger.user.id}`)).status).toBe(404);
      expect((await ask('PATCH', `/users/${younger.user.id}`, { status: 'locked' })).status).toBe(404);
      const all = (await ask('GET', '/merges')).data.items;
      expect(new Set(all.map(({ id }: { id: string }) => id)).size).toBe(all.length);
      expect((await ask('GET', '/merges?cursor=x')).status).toBe(400);
    });

    it('is undone once: the survivor’s sessions end, and the two are two again', async () => {
      const { someone, older, younger, joined, elsewhere } = await merged();
      const [{ id }] = (await ask('GET', '/merges?limit=1')).data.items;
      const undone = await ask('POST', `/merges/${id}/undo`);
      expect(undone).toMatchObject({
        status: 200,
        data: { id, undoneAt: expect.stringMatching(/Z$/), undoableUntil: null },
      });
      for (const { accessToken } of [older, joined])
        expect(await me(accessToken)).toMatchObject({ status: 401, data: { reason: 'kicked' } });
      expect((await someone.logIn(service, elsewhere)).data.user.id).toBe(younger.user.id);
      expect((await someone.logIn(service)).data.user.id).toBe(older.user.id);
      expect(await ask('POST', `/merges/${id}/undo`)).toMatchObject({ status: 404, error: 'not_found' });
      expect(await actsUpon(older.user.id, 'merge_undone', 1)).toEqual([
        expect.objectContaining({ ...byAdmin(), reason: `by ${admin.user.id}` }),
      ]);
    });
  });

  describe('a machine client of scope admin', () => {
    const callAs = (headers: Record<string, string>, method: string, path: string, body?: string) =>
      service.api(method, `/api/v1/admin${path}`, undefined, {
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        raw: body,
      });

    it('administers by Basic and by signed requests, and the audit log names it', async () => {
      const { user, accessToken } = await newcomer();
      const path = `/users/${user.id}`;
      const lock = JSON.stringify({ status: 'locked' });
      const signed = machine.signed('PATCH', `/api/v1/admin${path}`, lock);
      expect(await callAs(signed, 'PATCH', path, lock)).toMatchObject({ status: 200 });
      expect(await callAs(signed, 'PATCH', path, lock)).toMatchObject({
        status: 409,
        error: 'nonce_replayed',
      });
      expect((await me(accessToken)).status).toBe(401);
      expect((await callAs(machine.basic(), 'GET', path)).data.status).toBe('locked');
      expect(await actsUpon(user.id, 'user_locked', 1)).toEqual([
        expect.objectContaining({ outcome: 'success', reason: 'by client console' }),
      ]);
    });

    it('is refused where a token speaks for somebody else at the same time', async () => {
      const bearer = { authorization: `Bearer ${admin.accessToken}` };
      const cookie = { cookie: `__Host-wxpass_access=${admin.accessToken}` };
      const signature = machine.signed('GET', '/api/v1/admin/blocks');
      for (const both of [
        { ...bearer, ...signature },
        { ...machine.basic(), ...signature },
        { ...machine.basic(), ...cookie },
        { ...signature, ...cookie },
      ])
        expect(await callAs(both, 'GET', '/blocks')).toMatchObject({ status: 400, error: 'invalid_request' });
      expect((await callAs(cookie, 'GET', '/blocks')).status).toBe(200);
    });

    it('is nobody elsewhere, and nobody with a wrong secret', async () => {
      const wrong = new Machine('console', 'another secret', 'admin');
      expect(await callAs(wrong.basic(), 'GET', '/blocks')).toMatchObject({
        status: 401,
        error: 'unauthenticated',
      });
      expect(await callAs(wrong.signed('GET', '/api/v1/admin/blocks'), 'GET', '/blocks')).toMatchObject({
        status: 401,
        error: 'request_signature_invalid',
      });
      const own = await service.api('GET', '/users/me', undefined, { headers: machine.basic() });
      expect(own).toMatchObject({ status: 401, error: 'unauthenticated' });
    });
  });

  /** Another replica may hear of a change a moment later, but no later than in a second. */
  async function eventually(attempt: () => Promise<Answer>, status: number): Promise<Answer> {
    const until = performance.now() + 1000;
    for (;;) {
      const answer = await attempt();
      if (answer.status === status || performance.now() > until) return answer;
      await sleep(20);
    }
  }
});

it('a replica that no news reaches lets nobody administer who was demoted on another', async () => {
  // In memory, each replica has a store of its own.
  const service = await startService(embedded, { replicas: 2 });
  try {
    const [here, there] = service.replicas as [Replica, Replica];
    const [admin, doomed] = [await newOperator(service, 'admin'), await newOperator(service, 'admin')];
    const write = { kind: 'address', value: '192.0.2.1', reason: 'test' };
    const block = () => there.api('POST', '/admin/blocks', write, { token: doomed.accessToken });
    expect((await block()).status).toBe(201);
    const path = `/admin/users/${doomed.user.id}`;
    const demoted = await here.api('PATCH', path, { role: 'user' }, { token: admin.accessToken });
    expect(demoted.status).toBe(200);
    expect(await block()).toMatchObject({ status: 403, error: 'forbidden' });
  } finally {
    await service.close();
  }
});
