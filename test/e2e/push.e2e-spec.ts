import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { type Backend, backends, embedded, shared } from '../support/backends.js';
import { browser, placeOf } from '../support/browser.js';
import type { Answer } from '../support/client.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { stranger } from '../support/person.js';
import {
  deafApp,
  plainApp,
  privacyEvent,
  pushEnv,
  pushingTo,
  sealedApp,
  signedPush,
  websiteApp,
  type PushWay,
} from '../support/push.js';
import { type RunningService, startService } from '../support/start-service.js';

const withinMs = 3000;
const cancelled = { status: 401, error: 'session_ended', data: { reason: 'authorization_cancelled' } };

describe.each(backends)("WeChat's pushes on $name", (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { replicas: backend === embedded ? 1 : 2, env: pushEnv });
  });
  afterAll(() => service?.close());

  const replicaOf = (i: number) => service.replicas[i % service.replicas.length]!;
  const get = (path: string) => fetch(service.base + path);
  const post = (path: string, body: string | Blob, headers = {}, i = 0) =>
    fetch(replicaOf(i).base + path, { method: 'POST', body, headers });
  const wordsOf = async (response: Response) => [response.status, await response.text()];
  const me = (token: string) => service.api('GET', '/users/me', undefined, { token });
  const query = (sql: string, ...parameters: unknown[]) =>
    service.app.get(DataSource).query<Record<string, unknown>[]>(sql, parameters);
  const actsOn = async (userId: string) => {
    await sleep(500);
    const { items } = await service.app.get(AuditLog, { strict: false }).list({ userId }, 100);
    return items.filter(({ event }) => !/^(login|identity_created|identity_linked)$/.test(event));
  };
  const namesOf = (items: { event: string; reason: string | null }[]) =>
    items.map(({ event, reason }) => `${event} ${reason}`).sort();

  /** Somebody with a mini program, a chosen profile, a phone number and an e-mail address. */
  async function newcomer() {
    const someone = stranger(service.simulator);
    const { data } = await someone.logIn(service);
    const userId: string = data.user.id;
    await query(
      `UPDATE users SET nickname = ?, avatar_url = 'https://example.test/face', country = 'Wonderland',
       phone_masked = '138****0000', phone_sealed = 'sealed', email = ?, chosen = 'nickname' WHERE id = ?`,
      `nick ${userId}`,
      `${userId}@example.test`,
      userId,
    );
    return {
      ...someone,
      userId,
      token: data.accessToken as string,
      refreshToken: data.refreshToken as string,
    };
  }

  /** The openid of this app, by the newcomer's own account. */
  async function openidOf(token: string, appId = plainApp.appId): Promise<string> {
    const { data } = await service.api('GET', '/users/me/identities', undefined, { token });
    return data.items.find((identity: { appId: string }) => identity.appId === appId).openid;
  }

  async function until(answer: () => Promise<Answer>, wanted: object): Promise<void> {
    const endAt = performance.now() + withinMs;
    let last = await answer();
    while (last.status === 200 && performance.now() < endAt) {
      await sleep(50);
      last = await answer();
    }
    expect(last).toMatchObject(wanted);
  }

  describe('the address', () => {
    it.each([plainApp, sealedApp])(
      'of the $kind echoes what WeChat asks, byte for byte',
      async ({ appId }) => {
        const way = { appId, mode: appId === sealedApp.appId ? 'secure' : 'plain', format: 'xml' } as const;
        const wechat = pushingTo(service);
        await wechat.configure(way);
        expect(await wechat.verify(appId)).toMatchObject({ ok: true, status: 200 });
        const answer = await get(`${signedPush(appId)}&echostr=4375120948345356249`);
        expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(await wordsOf(answer)).toEqual([200, '4375120948345356249']);
      },
    );

    it('is limited by no API_LIMIT, and lets HEAD in where it lets GET in', async () => {
      const path = `${signedPush(plainApp.appId)}&echostr=1`;
      expect((await get(path)).headers.get('ratelimit-limit')).toBeNull();
      expect((await fetch(service.base + path, { method: 'HEAD' })).status).toBe(200);
      expect((await fetch(service.base + path, { method: 'PUT' })).status).toBe(405);
    });

    it('answers 403 with an empty body, and nothing else, whatever is wrong', async () => {
      const good = signedPush(plainApp.appId);
      const wrong = [
        signedPush(plainApp.appId, { token: 'othertoken' }),
        signedPush(plainApp.appId, { ageSeconds: 301 }),
        signedPush(deafApp.appId),
        signedPush(deafApp.appId, { token: '' }),
        signedPush('wx0000000000000000'),
        signedPush('x'),
        `${good}&signature=again`,
        good.replace(/nonce=\d+/, 'nonce=1'),
        `/wechat/push/${plainApp.appId}`,
      ];
      const answers: Response[] = [];
      for (const path of wrong) {
        answers.push(await get(`${path}${path.includes('?') ? '&' : '?'}echostr=1`));
        answers.push(await post(path, privacyEvent('unsubscribe', undefined)));
      }
      answers.push(await get(good), await post(good, 'neither'), await post(good, ''), await post(good, '{'));
      answers.push(await post(signedPush(sealedApp.appId), privacyEvent('unsubscribe', undefined)));
      const looks = await Promise.all(
        answers.map(async (answer) => {
          const names = [...answer.headers.keys()].filter((name) => !/^(date|traceparent)$/.test(name));
          return JSON.stringify([...(await wordsOf(answer)), answer.headers.get('content-type'), names]);
        }),
      );
      expect(looks.filter((look) => !look.startsWith('[403,"",null,'))).toEqual([]);
      expect(new Set(looks).size).toBe(1);
    });

    it.each([
      'text/xml',
      'application/xml; charset=utf-8',
      'text/plain',
      'application/json',
      'application/x-www-form-urlencoded',
      'image/png',
      'none at all',
      '',
    ])('takes a body that calls itself %j', async (type) => {
      const body = new Blob([privacyEvent('unsubscribe', undefined)]);
      const headers = type === '' ? undefined : { 'content-type': type };
      expect(await wordsOf(await post(signedPush(plainApp.appId), body, headers))).toEqual([200, 'success']);
    });

    it.each(['text/xml', 'application/json'])('refuses more than 64 KiB of %s', async (type) => {
      const answer = await post(signedPush(plainApp.appId), 'x'.repeat(65 * 1024), { 'content-type': type });
      expect(answer.status).toBe(413);
    });
  });

  describe('a push', () => {
    const ways: PushWay[] = (['xml', 'json'] as const).flatMap((format) => [
      { appId: plainApp.appId, mode: 'plain', format },
      { appId: sealedApp.appId, mode: 'compatible', format },
      { appId: sealedApp.appId, mode: 'secure', format },
    ]);

    it.each(ways)('in $mode mode and $format is taken and acted on', async (way) => {
      const wechat = pushingTo(service);
      await wechat.configure(way);
      const name = `pushed ${process.pid} ${way.mode} ${way.format}`;
      const token = way.appId === plainApp.appId ? await byMiniProgram(name) : await byOfficialAccount(name);
      const message = { event: 'user_authorization_cancellation', person: name };
      expect(await wechat.send(way.appId, message)).toMatchObject([
        { status: 200, body: 'success', accepted: true },
      ]);
      await until(() => me(token), cancelled);
    });

    it.each([
      [{ badSignature: true }, plainApp.appId, 'plain'],
      [{ stale: true }, plainApp.appId, 'plain'],
      [{ badSignature: true }, sealedApp.appId, 'secure'],
      [{ stale: true }, sealedApp.appId, 'secure'],
      [{ wrongAppId: true }, sealedApp.appId, 'secure'],
      [{}, sealedApp.appId, 'plain'],
    ] as const)('with %j to %s in %s mode is refused and changes nothing', async (flaw, appId, mode) => {
      const wechat = pushingTo(service);
      await wechat.configure({ appId, mode, format: 'xml' });
      const name = `spared ${process.pid} ${JSON.stringify(flaw)} ${mode}`;
      const token = appId === plainApp.appId ? await byMiniProgram(name) : await byOfficialAccount(name);
      const message = { event: 'user_authorization_cancellation', person: name };
      expect(await wechat.send(appId, message, { ...flaw, deliveries: 1 })).toMatchObject([
        { status: 403, body: '' },
      ]);
      expect(await me(token)).toMatchObject({ status: 200 });
    });

    it('that is delivered 50 times at once on all replicas, and later again, is acted on once', async () => {
      const { userId, token } = await newcomer();
      const body = privacyEvent('user_authorization_revoke', await openidOf(token), '6');
      const path = signedPush(plainApp.appId);
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => post(path, body, {}, i)));
      for (const answer of answers) expect(await wordsOf(answer)).toEqual([200, 'success']);
      expect(await wordsOf(await post(signedPush(plainApp.appId), body))).toEqual([200, 'success']);
      expect(namesOf(await actsOn(userId))).toEqual(['consent_revoked user_authorization_revoke:6']);
    });

    it('that nobody acts on is taken', async () => {
      for (const event of ['unsubscribe', 'SCAN', 'VIEW', '__proto__', 'constructor']) {
        const answer = await post(signedPush(plainApp.appId), privacyEvent(event, undefined));
        expect([event, ...(await wordsOf(answer))]).toEqual([event, 200, 'success']);
      }
    });

    async function byMiniProgram(name: string): Promise<string> {
      const code = await service.simulator.code(name);
      const body = { code, appId: plainApp.appId };
      return (await service.api('POST', '/auth/wechat/mini-program', body)).data.accessToken;
    }
  });

  async function byOfficialAccount(person: string): Promise<string> {
    const who = browser(service);
    const begun = await who.open('/api/v1/auth/wechat/official-account/authorize');
    const back = await service.simulator.consent(placeOf(begun).href, { person });
    return (await who.open(back!)).data.accessToken;
  }

  const push = async (body: string, appId = plainApp.appId) =>
    expect(await wordsOf(await post(signedPush(appId), body))).toEqual([200, 'success']);
  const rowOf = async (userId: string) => (await query('SELECT * FROM users WHERE id = ?', userId))[0]!;

  describe('a withdrawn consent', () => {
    const profile = { nickname: null, avatar_url: null, chosen: '' };
    const phone = { phone_masked: null, phone_sealed: null };

    it.each([
      ['6', profile],
      ['19', profile],
      ['20', profile],
      ['8', phone],
      ['16', { email: null }],
      ['1,8, 6', { ...profile, ...phone }],
      ['13', {}],
    ])('to %s of a mini program takes that away, and the session goes on', async (revokeInfo, gone) => {
      const { userId, token } = await newcomer();
      const before = await rowOf(userId);
      await push(privacyEvent('user_authorization_revoke', await openidOf(token), revokeInfo));
      expect(await rowOf(userId)).toEqual({ ...before, ...gone });
      const { status, data } = await me(token);
      expect([status, data.profileComplete]).toEqual([200, !('nickname' in gone)]);
      const numbers = revokeInfo.replaceAll(' ', '');
      expect(namesOf(await actsOn(userId))).toEqual([`consent_revoked user_authorization_revoke:${numbers}`]);
    });

    it('after WeChat changed the profile takes nickname and avatar away, even chosen ones', async () => {
      const { userId, token } = await newcomer();
      const before = await rowOf(userId);
      await push(privacyEvent('user_info_modified', await openidOf(token)));
      expect(await rowOf(userId)).toEqual({ ...before, ...profile });
      expect(await me(token)).toMatchObject({ status: 200, data: { profileComplete: false } });
      expect(namesOf(await actsOn(userId))).toEqual(['profile_cleared user_info_modified']);
    });

    it('takes from those who became this user as well', async () => {
      const { userId, token } = await newcomer();
      const former = await newcomer();
      await query('DELETE FROM wechat_identities WHERE user_id = ?', former.userId);
      await query("UPDATE users SET status = 'merged', merged_into = ? WHERE id = ?", userId, former.userId);
      await query(
        'INSERT INTO user_merges (id, survivor_id, merged_id, merged_at) VALUES (?, ?, ?, 1)',
        former.userId,
        userId,
        former.userId,
      );
      await push(privacyEvent('user_authorization_revoke', await openidOf(token), '8'));
      expect(await rowOf(former.userId)).toMatchObject(phone);
    });

    it.each([
      ['a website', '301', websiteApp.appId],
      ['an official account', '205', sealedApp.appId],
    ])('to %s ends the sessions and unlinks; another way in stays', async (_, revokeInfo, appId) => {
      const someone = await newcomer();
      const openid = `o${createHash('sha256').update(someone.userId).digest('hex').slice(0, 27)}`;
      await query(
        `INSERT INTO wechat_identities (id, user_id, kind, app_id, openid, linked_at) VALUES (?, ?, 'x', ?, ?, 1)`,
        someone.userId,
        someone.userId,
        appId,
        openid,
      );
      if (appId === sealedApp.appId) {
        const wechat = pushingTo(service);
        await wechat.configure({ appId, mode: 'secure', format: 'xml' });
        const fields = { ToUserName: 'gh_1', FromUserName: `o${someone.userId}`, MsgType: 'event' };
        const event = { Event: 'user_authorization_revoke', OpenID: openid, RevokeInfo: revokeInfo };
        expect(await wechat.send(appId, { ...fields, ...event })).toMatchObject([{ accepted: true }]);
      } else await push(privacyEvent('user_authorization_revoke', openid, revokeInfo), appId);
      await until(() => me(someone.token), cancelled);
      expect(await query('SELECT id FROM wechat_identities WHERE openid = ?', openid)).toEqual([]);
      expect(await rowOf(someone.userId)).toMatchObject({
        nickname: `nick ${someone.userId}`,
        avatar_url: null,
        country: null,
        ...{ phone_masked: '138****0000', status: 'active' },
      });
      expect((await someone.logIn(service)).data).toMatchObject({
        isNewUser: false,
        user: { id: someone.userId },
      });
      expect(namesOf(await actsOn(someone.userId))).toEqual([
        `consent_revoked user_authorization_revoke:${revokeInfo}`,
        `identity_unlinked user_authorization_revoke:${revokeInfo}`,
        'session_ended authorization_cancelled',
      ]);
    });

    it('of nobody we know, or without an openid, is recorded and taken', async () => {
      const list = async () => {
        const audit = service.app.get(AuditLog, { strict: false });
        const { items } = await audit.list({ event: 'consent_revoked' }, 100);
        return items.filter(({ reason }) => reason === 'unknown_person');
      };
      const before = (await list()).length;
      for (const openid of ['oNobody', undefined]) {
        await push(privacyEvent('user_authorization_revoke', openid, '6'));
        await push(privacyEvent('user_authorization_cancellation', openid));
      }
      await sleep(500);
      const rows = await list();
      expect(rows).toHaveLength(before + 4);
      expect(rows[0]).toMatchObject({ outcome: 'failure', userId: null, appId: plainApp.appId });
    });
  });

  describe('a cancelled account', () => {
    it('does not let a locked person come back as somebody new', async () => {
      const someone = await newcomer();
      await query("UPDATE users SET status = 'locked' WHERE id = ?", someone.userId);
      await push(privacyEvent('user_authorization_cancellation', await openidOf(someone.token)));
      await until(() => me(someone.token), cancelled);
      expect(await rowOf(someone.userId)).toMatchObject({
        status: 'locked',
        country: null,
        phone_masked: null,
      });
      expect(await someone.logIn(service)).toMatchObject({ status: 403, error: 'user_locked' });
    });

    it('with another way in loses what WeChat gave and the sessions, and keeps what was chosen', async () => {
      const someone = await newcomer();
      const second = await someone.logIn(service, { appId: deafApp.appId });
      expect(second.data.user.id).toBe(someone.userId);
      await push(privacyEvent('user_authorization_cancellation', await openidOf(someone.token)));
      await until(() => me(someone.token), cancelled);
      await until(() => me(second.data.accessToken), cancelled);
      const row = await rowOf(someone.userId);
      expect(row).toMatchObject({
        nickname: `nick ${someone.userId}`,
        avatar_url: null,
        country: null,
        ...phoneless,
      });
    });

    it('without another way in is erased: no table, no key and no audit row says who it was', async () => {
      const someone = await newcomer();
      const openid = await openidOf(someone.token);
      const [{ unionid } = { unionid: '' }] = await query(
        'SELECT unionid FROM wechat_identities WHERE user_id = ?',
        someone.userId,
      );
      await query(
        "UPDATE sessions SET device_id = 'phone-of-x', device_name = 'phone-of-x' WHERE user_id = ?",
        someone.userId,
      );
      const secrets = [
        openid,
        String(unionid),
        `nick ${someone.userId}`,
        `${someone.userId}@example.test`,
        'phone-of-x',
      ];
      for (const secret of secrets) expect([secret, (await dump()).includes(secret)]).toEqual([secret, true]);

      const lines = listenToLog();
      await push(privacyEvent('user_authorization_cancellation', openid));
      await until(() => me(someone.token), cancelled);
      const refresh = await service.api('POST', '/auth/refresh', { refreshToken: someone.refreshToken });
      expect(refresh).toMatchObject(cancelled);
      expect(namesOf(await actsOn(someone.userId))).toEqual([
        'consent_revoked user_authorization_cancellation',
        'identity_unlinked user_authorization_cancellation',
        'session_ended authorization_cancelled',
        'user_erased user_authorization_cancellation',
      ]);
      const left = (await dump()) + (await keys()) + lines.join();
      for (const secret of secrets) expect([secret, left.includes(secret)]).toEqual([secret, false]);
      expect(await rowOf(someone.userId)).toMatchObject({ status: 'erased', ...phoneless, chosen: '' });
      const [session] = await query('SELECT * FROM sessions WHERE user_id = ?', someone.userId);
      expect(session).toMatchObject({ address: '', user_agent: null, device_id: null });

      const again = await someone.logIn(service);
      expect(again.data.isNewUser).toBe(true);
      expect(again.data.user.id).not.toBe(someone.userId);
    });

    it('logs in or is refused while it is being erased, and ends as one person or nobody', async () => {
      for (let round = 0; round < 5; round++) {
        const someone = await newcomer();
        const openid = await openidOf(someone.token);
        const [, ...logins] = await Promise.all([
          push(privacyEvent('user_authorization_cancellation', openid)),
          ...Array.from({ length: 6 }, () => someone.logIn(service)),
        ]);
        expect(logins.map(({ status }) => status)).toEqual(Array(6).fill(200));
        await sleep(700);
        const rows = await query('SELECT user_id FROM wechat_identities WHERE openid = ?', openid);
        const owners = rows.map(({ user_id }) => user_id);
        expect(owners.length).toBeLessThanOrEqual(1);
        expect(owners).not.toContain(someone.userId);
        for (const { data } of logins) {
          const wanted = data.user.id === someone.userId ? cancelled : { status: 200 };
          expect(await me(data.accessToken)).toMatchObject(wanted);
        }
      }
    });

    const phoneless = { phone_masked: null, phone_sealed: null };

    /** All that our code says from now on. */
    function listenToLog(): string[] {
      const lines: string[] = [];
      const note = (...said: unknown[]) => void lines.push(inspect(said, { depth: 10 }));
      Logger.overrideLogger({ log: note, warn: note, error: note, debug: note, verbose: note, fatal: note });
      return lines;
    }

    async function dump(): Promise<string> {
      const { entityMetadatas } = service.app.get(DataSource);
      const tables = await Promise.all(
        entityMetadatas.map(({ tableName }) => query(`SELECT * FROM ${tableName}`)),
      );
      return JSON.stringify(tables);
    }

    async function keys(): Promise<string> {
      const { REDIS_URL } = service.env;
      if (!REDIS_URL) return '';
      const redis = new Redis(REDIS_URL);
      try {
        const names = await redis.keys('*');
        const values = await Promise.all(names.map((name) => redis.get(name).catch(() => '')));
        return JSON.stringify([names, values]);
      } finally {
        redis.disconnect();
      }
    }
  });
});

describe.each(['DATABASE_URL', 'REDIS_URL'])('a push while what %s names is silent', (variable) => {
  let service: RunningService;
  let way: FaultProxy;
  beforeAll(async () => {
    const backend: Backend = {
      ...shared,
      async open() {
        const opened = await shared.open();
        const url = opened.env[variable]!;
        way = await FaultProxy.start(Number(new URL(url).port));
        return { ...opened, env: { ...opened.env, [variable]: way.through(url) } };
      },
    };
    service = await startService(backend, { env: pushEnv });
  });
  afterAll(async () => {
    await service?.close();
    await way?.close();
  });

  const me = (token: string) => service.api('GET', '/users/me', undefined, { token });

  it('is answered within 5 s and acted on once that is back, however often it came', async () => {
    const someone = stranger(service.simulator);
    const { accessToken } = (await someone.logIn(service)).data;
    const { data } = await service.api('GET', '/users/me/identities', undefined, { token: accessToken });
    const body = privacyEvent('user_authorization_cancellation', data.items[0].openid);

    way.strike({ blackHole: true });
    const begunAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 3 }, () =>
        fetch(service.base + signedPush(plainApp.appId), { method: 'POST', body }),
      ),
    );
    expect(performance.now() - begunAt).toBeGreaterThan(2900);
    expect(performance.now() - begunAt).toBeLessThan(4500);
    for (const answer of answers) expect([answer.status, await answer.text()]).toEqual([200, 'success']);

    way.heal();
    const endAt = performance.now() + 15_000;
    while (performance.now() < endAt && (await me(accessToken)).status !== 401) await sleep(100);
    expect(await me(accessToken)).toMatchObject(cancelled);
    await sleep(500);
    const audit = service.app.get(AuditLog, { strict: false });
    const { items } = await audit.list({ event: 'consent_revoked' }, 100);
    expect(items).toHaveLength(1);
  }, 40_000);
});
