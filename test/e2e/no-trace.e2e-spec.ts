import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { backends, embedded } from '../support/backends.js';
import { browser } from '../support/browser.js';
import { captureLog } from '../support/captured-log.js';
import { doors, knock, linkBy } from '../support/doors.js';
import { dumpDatabase, dumpStore, openedOf, type StoredKey } from '../support/dump.js';
import { person } from '../support/person.js';
import { plainApp, privacyEvent, pushEnv, pushingTo, sealedApp, signedPush } from '../support/push.js';
import { computer, phone, scanByWechat } from '../support/scan.js';
import { miniProgram, otherMiniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';
import { tracesOf } from '../support/traces.js';

/** Longer than what other replicas and timers still had in hand. */
const settledMs = 3000;
const machine = { id: 'operator', secret: 'a secret of the operator' };
/** What sealed answers are kept under, so that a lost one may be asked for again, and for how long. */
const replays = /^(idempotency|callback):/;
const replayedForMs = 60_000;

const said = {
  nickname: '被遗忘的人 Nobody Known 🙂',
  chosenNickname: '自选昵称 Chosen by Nobody',
  formerNickname: 'a former nickname of nobody',
  avatarUrl: 'https://thirdwx.qlogo.cn/mmopen/vi_32/planted-avatar-of-nobody/132',
  city: 'planted city of nobody',
  email: 'planted-address@example.test',
  phone: '13987654321',
  username: 'planted.name.of.nobody',
  deviceId: 'planted-device-id',
  deviceName: 'planted device name',
};

describe.each(backends)('a person who did everything and is erased on $name', (backend) => {
  let service: RunningService;
  let planted: string[];
  let log: ReturnType<typeof captureLog>;
  beforeAll(async () => {
    log = captureLog();
    service = await startService(backend, {
      replicas: backend === embedded ? 1 : 2,
      env: {
        ...pushEnv,
        LOG_LEVEL: 'debug',
        LOG_FORMAT: 'json',
        API_CLIENTS: `${machine.id}:${machine.secret}:admin`,
        SCAN_TTL: '30m',
      },
    });
  });
  afterAll(async () => {
    await service?.close();
    log?.release();
  });

  const name = `planted person ${process.pid}`;
  const someone = () => person(service.simulator, name);
  const query = (sql: string, ...parameters: unknown[]) =>
    service.app.get(DataSource).query<Record<string, unknown>[]>(sql, parameters);
  const call = async (method: string, path: string, body: object | undefined, token: string) => {
    const answer = await service.api(method, path, body, { token });
    expect([path, answer.status < 300, answer.error]).toEqual([path, true, undefined]);
    return answer;
  };

  /** A person is two users until a unionid proves them one. */
  async function mergeAndUndo(): Promise<void> {
    const { appId } = otherMiniProgram;
    const { data } = await someone().logIn(service, { appId, unionid: false });
    expect((await someone().logIn(service, { appId })).data.user.id).not.toBe(data.user.id);
    const headers = {
      authorization: `Basic ${Buffer.from(`${machine.id}:${machine.secret}`).toString('base64')}`,
    };
    const { data: merges } = await service.api('GET', '/admin/merges', undefined, { headers });
    const { id } = merges.items.find((merge: { appId: string }) => merge.appId === appId);
    const undone = await service.api('POST', `/admin/merges/${id}/undo`, {}, { headers });
    expect(undone.status).toBe(200);
  }

  async function mergeForGood(): Promise<void> {
    const mobile = doors.find(({ kind }) => kind === 'mobile')!;
    const former = await (await knock(service, mobile, name, { unionid: false })).enter();
    await call('PATCH', '/users/me', { nickname: said.formerNickname }, former.data.accessToken);
    await (await knock(service, mobile, name)).enter();
  }

  async function throughAllDoors(): Promise<void> {
    for (const door of doors) {
      expect((await (await knock(service, door, name)).enter()).status).toBe(200);
      await (await knock(service, door, name)).ask();
      await (await knock(service, door, name, { returnTo: null })).ask();
    }
  }

  async function tellEverything(token: string): Promise<void> {
    const { appId } = miniProgram;
    const data = { nickName: said.nickname, avatarUrl: said.avatarUrl, city: said.city, gender: 2 };
    const profile = await service.simulator.encryptedData(name, { data });
    await call('POST', '/users/me/wechat-data', { ...profile, appId }, token);
    const bad = { ...profile, appId, signature: 'not theirs' };
    await service.api('POST', '/users/me/wechat-data', bad, { token });
    const number = { purePhoneNumber: said.phone, phoneNumber: said.phone };
    const sealed = await service.simulator.encryptedData(name, { kind: 'phone', data: number });
    await call('POST', '/users/me/wechat-data', { ...sealed, appId }, token);
    const code = await service.simulator.phoneCode(name, { phoneNumber: said.phone });
    const headers = { 'idempotency-key': `phone of ${name}`.replaceAll(' ', '-') };
    await service.api('POST', '/users/me/phone', { code, appId }, { token, headers });
    await call('PATCH', '/users/me', { nickname: said.chosenNickname, email: said.email }, token);
    await call('GET', '/users/me/export', undefined, token);
  }

  async function scanEverywhere(token: string): Promise<void> {
    const pocket = phone(service, token);
    const scans = await Promise.all([1, 2, 3, 4].map(() => computer(service)));
    const [used, confirmed, scanned, rejected] = scans;
    for (const { scanId } of scans) await pocket.scanned(scanId);
    await pocket.confirm(used!.scanId);
    await used!.exchange((await used!.ask()).data.loginCode);
    await pocket.confirm(confirmed!.scanId);
    expect((await confirmed!.ask()).data.user).toMatchObject({ nickname: said.chosenNickname });
    await pocket.reject(rejected!.scanId);
    expect((await scanned!.ask()).data.status).toBe('scanned');
    await pushingTo(service).configure({ appId: sealedApp.appId, mode: 'secure', format: 'xml' });
    const byAccount = await computer(service, { body: { via: 'official-account' } });
    await scanByWechat(service, byAccount.scanId, name);
    expect((await byAccount.ask()).data.status).toBe('scanned');
  }

  async function leaveThingsHalfDone(token: string): Promise<void> {
    const who = browser(service);
    await who.open('/api/v1/auth/wechat/website/authorize?returnTo=/there');
    const link = { kind: 'official-account', appId: sealedApp.appId, returnTo: '/linked' };
    await who.post('/users/me/identities/authorize', link, { token });
    await call('POST', '/auth/login-codes', { returnTo: '/there' }, token);
    const website = doors.find(({ kind }) => kind === 'website')!;
    const again = await linkBy(service, website, name, token);
    expect(again.error).toBeUndefined();
    await Promise.all(
      [1, 2].map(async () => {
        const body = { code: await someone().code(), appId: miniProgram.appId };
        const headers = { 'idempotency-key': `half-done-${process.pid}-${Math.random()}` };
        return service.api('POST', '/auth/wechat/mini-program', body, { headers });
      }),
    );
    const openid = await openidOf(miniProgram.appId);
    const body = privacyEvent('user_authorization_revoke', openid, '13');
    await fetch(service.base + signedPush(plainApp.appId), { method: 'POST', body });
  }

  /** WeChat shows another unionid than before; it is not believed, and that is remembered for a day. */
  async function contradictUnionid(): Promise<void> {
    const [row] = await query(
      'SELECT id, unionid FROM wechat_identities WHERE app_id = ? AND unionid IS NOT NULL',
      miniProgram.appId,
    );
    await query('UPDATE wechat_identities SET unionid = ? WHERE id = ?', 'oAnotherUnionid', row!.id);
    expect((await someone().logIn(service)).status).toBe(200);
    await query('UPDATE wechat_identities SET unionid = ? WHERE id = ?', row!.unionid, row!.id);
  }

  async function setPassword(token: string): Promise<void> {
    const { username } = said;
    await call('PUT', '/users/me/password', { username, newPassword: 'correct horse of nobody' }, token);
    for (const typed of [username, username.toUpperCase()]) {
      await service.replicas.at(-1)!.api('POST', '/auth/login', { username: typed, password: 'wrong horse' });
    }
  }

  const openidOf = async (appId: string) =>
    String((await query('SELECT openid FROM wechat_identities WHERE app_id = ?', appId))[0]!.openid);

  /** All that WeChat ever told of the person, and what the person told. */
  async function allThatWasSaid(): Promise<string[]> {
    const texts = new Set([...Object.values(said), said.username.toUpperCase(), `微信用户 ${name}🙂`]);
    for (const { answer } of await service.simulator.calls()) {
      const { body } = (answer ?? {}) as { body?: string };
      const told = body?.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {};
      for (const field of ['openid', 'unionid', 'session_key', 'headimgurl']) {
        if (typeof told[field] === 'string' && told[field] !== '') texts.add(told[field]);
      }
    }
    return [...texts];
  }

  async function eraseBoth(): Promise<string[]> {
    const device = { id: said.deviceId, type: 'mobile', name: said.deviceName };
    const ids: string[] = [];
    for (const appId of [otherMiniProgram.appId, miniProgram.appId]) {
      const { data } = await someone().logIn(service, { appId, unionid: false, body: { device } });
      ids.push(data.user.id);
      expect(data.isNewUser).toBe(false);
      await call('DELETE', '/users/me', undefined, data.accessToken);
    }
    return ids;
  }

  const inStore = (keys: StoredKey[], opened: boolean) =>
    new Map(
      keys.map((stored) => [
        `key ${stored.key}`,
        opened ? openedOf(service, stored).join('\n') : `${stored.key}\n${stored.content}`,
      ]),
    );

  let logged = '';
  let ids: string[];
  beforeAll(async () => {
    await someone().logIn(service);
    await mergeAndUndo();
    await mergeForGood();
    await throughAllDoors();
    const token: string = (await someone().logIn(service)).data.accessToken;
    await tellEverything(token);
    await scanEverywhere(token);
    await leaveThingsHalfDone(token);
    await contradictUnionid();
    await setPassword(token);
    await sleep(500);
    planted = await allThatWasSaid();
    const before = new Map([
      ...(await dumpDatabase(service)),
      ...inStore(await dumpStore(service), true),
      ['devices', JSON.stringify([said.deviceId, said.deviceName])],
    ]);
    const unseen = planted.filter((text) => tracesOf([text], before).length === 0);
    expect(unseen.filter((text) => !passing.includes(text) && !sessionKey.test(text))).toEqual([]);
    const begun = log.text().length;
    ids = await eraseBoth();
    await sleep(settledMs);
    logged = log.text().slice(begun);
  }, 120_000);

  /** What may have been there only until something else took its place. */
  const sessionKey = /^[\w+/]{22}==$/;
  const passing = [said.nickname, `微信用户 ${name}🙂`];

  it('is in no row of any table, sealed or not, but for what the audit log knows of a user id', async () => {
    expect(tracesOf(planted, await dumpDatabase(service))).toEqual([]);
    const [{ count } = { count: 0 }] = await query(
      'SELECT COUNT(*) AS count FROM audit_log WHERE user_id = ?',
      ids[1],
    );
    expect(Number(count)).toBeGreaterThan(20);
  });

  it('is in no key of the store, neither in its name nor in what lies under it', async () => {
    const keys = await dumpStore(service);
    expect(keys.length).toBeGreaterThan(10);
    expect(tracesOf(planted, inStore(keys, false))).toEqual([]);
  });

  it('is in nothing sealed in the store but the answers that may be asked for again, for a minute', async () => {
    const keys = await dumpStore(service);
    const kept = keys.filter(({ key }) => replays.test(key));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter(({ livesMs }) => livesMs > replayedForMs)).toEqual([]);
    const others = keys.filter(({ key }) => !replays.test(key));
    expect(tracesOf(planted, inStore(others, true))).toEqual([]);
  });

  it('is in no line of the log from then on, however talkative it is', () => {
    expect(logged).toContain('/api/v1/users/me');
    expect(tracesOf(planted, new Map([['log', logged]]))).toEqual([]);
    const openids = planted.filter((text) => /^o[\w-]{27}$/.test(text));
    expect(openids.length).toBeGreaterThan(4);
    const whole = log.text().split('\n');
    const aboveDebug = whole.filter((line) => line !== '' && !/"level":"(debug|trace)"/.test(line));
    expect(tracesOf(openids, new Map([['log', aboveDebug.join('\n')]]))).toEqual([]);
  });

  it('is in no file of the database', () => {
    const { DATABASE_URL = '' } = service.env;
    if (backend !== embedded) return expect(DATABASE_URL).toMatch(/^mysql:/);
    const folder = dirname(DATABASE_URL.replace(/^sqlite:/, ''));
    const files = readdirSync(folder).map((file) => [
      basename(file),
      readFileSync(join(folder, file)).toString('utf8'),
    ]);
    expect(files.map(([file]) => file)).toEqual(expect.arrayContaining(['wxpass.db', 'wxpass.db-wal']));
    expect(tracesOf(planted, new Map(files as [string, string][]))).toEqual([]);
  });
});
