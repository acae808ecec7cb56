import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { backends, embedded } from '../support/backends.js';
import { browser, placeOf } from '../support/browser.js';
import { stranger } from '../support/person.js';
import { pushEnv, pushingTo, sealedApp } from '../support/push.js';
import { computer, events, phone, scanByWechat } from '../support/scan.js';
import { type RunningService, startService } from '../support/start-service.js';

const officialAccount = { via: 'official-account' };

/** In plain mode, so that the reply can be read. */
const env = {
  WECHAT_APPS: JSON.stringify(
    (JSON.parse(pushEnv.WECHAT_APPS) as object[]).map((app) => ({ ...app, encodingAesKey: undefined })),
  ),
};
const plain = { appId: sealedApp.appId, mode: 'plain', format: 'xml' } as const;

describe.each(backends)('a scan by an official account on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { replicas: backend === embedded ? 1 : 2, env });
    const { configure } = pushingTo(service, service.replicas.at(-1));
    await configure(plain);
  });
  afterAll(() => service?.close());

  const usersNamed = async (openidLike: string) =>
    service.app
      .get(DataSource)
      .query<unknown[]>('SELECT id FROM wechat_identities WHERE openid = ?', [openidLike]);
  const openidOf = async (userId: string) => {
    const [row] = await service.app
      .get(DataSource)
      .query<{ openid: string }[]>('SELECT openid FROM wechat_identities WHERE user_id = ? AND app_id = ?', [
        userId,
        sealedApp.appId,
      ]);
    return row?.openid;
  };

  /** Opens the link of the reply inside WeChat: logs in by the account's OAuth. */
  async function openLink(name: string) {
    const inside = browser(service);
    const authorize = '/api/v1/auth/wechat/official-account/authorize?mode=token';
    const consentPage = placeOf(await inside.open(authorize)).href;
    const back = await service.simulator.consent(consentPage, { person: name });
    const { data } = await inside.open(back!);
    return { ...phone(service, data.accessToken as string), userId: data.user.id as string };
  }

  it('shows the link of WeChat, holds for who scanned, and is confirmed behind the account’s OAuth', async () => {
    const pc = await computer(service, { body: officialAccount });
    expect(pc.qr.content).toMatch(/^http:\/\/weixin\.qq\.com\/q\//);
    const { name } = stranger(service.simulator);
    const stream = events(service, pc.path, pc.byToken);
    const { event, deliveries } = await scanByWechat(service, pc.scanId, name);
    expect(event).toBe('subscribe');
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]!.body).toContain(`https://login.example.test/login/confirm?scan=${pc.scanId}`);
    expect(deliveries[0]!.body).toContain('127.0.0.1');
    expect((await pc.ask('?wait=5&status=pending')).data).toEqual({ status: 'scanned' });
    const someoneElse = await openLink(stranger(service.simulator).name);
    expect(await someoneElse.request(pc.scanId)).toMatchObject({ status: 409, error: 'scan_state' });
    expect(await someoneElse.confirm(pc.scanId)).toMatchObject({ status: 409, error: 'scan_state' });
    const ada = await openLink(name);
    expect(await ada.request(pc.scanId)).toMatchObject({ status: 200, data: { address: '127.0.0.1' } });
    expect(await ada.scanned(pc.scanId)).toMatchObject({ status: 200 });
    expect(await ada.confirm(pc.scanId)).toMatchObject({ status: 200 });
    const views = await stream.ended;
    expect(views.map(({ status }) => status)).toEqual(['pending', 'scanned', 'confirmed']);
    const login = await pc.exchange(views[2]!.loginCode!);
    expect(login.data.user.id).toBe(ada.userId);
  });

  it('makes nobody a user by scanning, and is refused as easily', async () => {
    const { name } = stranger(service.simulator);
    const pc = await computer(service, { body: officialAccount });
    await scanByWechat(service, pc.scanId, name);
    const ada = await openLink(name);
    const openid = await openidOf(ada.userId);
    expect(openid).toBeDefined();
    const first = await computer(service, { body: officialAccount });
    const other = stranger(service.simulator).name;
    const before = await service.app
      .get(DataSource)
      .query<{ n: number }[]>('SELECT COUNT(*) AS n FROM users');
    await scanByWechat(service, first.scanId, other);
    const after = await service.app.get(DataSource).query<{ n: number }[]>('SELECT COUNT(*) AS n FROM users');
    expect(after).toEqual(before);
    expect(await usersNamed(openid!)).toHaveLength(1);
    expect(await ada.reject(pc.scanId)).toMatchObject({ status: 200, data: { status: 'rejected' } });
    expect((await pc.ask()).data).toEqual({ status: 'rejected' });
  });

  it('of a follower comes as SCAN, and what is no scan of ours moves nothing', async () => {
    const { name } = stranger(service.simulator);
    const [one, two] = [
      await computer(service, { body: officialAccount }),
      await computer(service, { body: officialAccount }),
    ];
    await scanByWechat(service, one.scanId, name);
    expect(await scanByWechat(service, two.scanId, name)).toMatchObject({ event: 'SCAN' });
    expect((await two.ask('?wait=5&status=pending')).data).toEqual({ status: 'scanned' });
    const miniProgramScan = await computer(service);
    const { send } = pushingTo(service);
    const sent = await send(sealedApp.appId, {
      event: 'SCAN',
      person: name,
      sceneStr: miniProgramScan.scanId,
    });
    expect(sent[0]).toMatchObject({ status: 200, body: 'success' });
    expect((await miniProgramScan.ask()).data).toEqual({ status: 'pending' });
    const strange = await send(sealedApp.appId, {
      event: 'SCAN',
      person: name,
      sceneStr: 'some other scene',
    });
    expect(strange[0]).toMatchObject({ status: 200, body: 'success' });
  });

  it('that comes too late, or second, is told so', async () => {
    const [first, second] = [stranger(service.simulator).name, stranger(service.simulator).name];
    const pc = await computer(service, { body: officialAccount });
    await scanByWechat(service, pc.scanId, first);
    const late = await scanByWechat(service, pc.scanId, second);
    expect(late.deliveries[0]!.body).toContain('The scan is not in a state');
    expect((await pc.ask()).data).toEqual({ status: 'scanned' });
  });

  it('of an account that WeChat gives no code is refused as WeChat refuses it', async () => {
    await service.simulator.fault({ path: '/cgi-bin/qrcode/create', errcode: 48001, times: 1 });
    const begun = await service.api('POST', '/auth/scans', officialAccount);
    expect(begun).toMatchObject({ status: 502, error: 'wechat_error', data: { errcode: 48001 } });
  });
});

describe('a scan by an official account that logs in directly', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(embedded, { env: { ...env, SCAN_OFFICIAL_ACCOUNT: 'direct' } });
    await pushingTo(service).configure(plain);
  });
  afterAll(() => service?.close());

  it('is confirmed at once, tells both statuses, and makes one user of a stranger', async () => {
    const { name } = stranger(service.simulator);
    const users: string[] = [];
    for (const isNewUser of [true, false]) {
      const pc = await computer(service, { body: officialAccount });
      const stream = events(service, pc.path, pc.byToken);
      while (stream.views.length === 0) await sleep(10);
      await scanByWechat(service, pc.scanId, name);
      const views = await stream.ended;
      expect(views.map(({ status }) => status)).toEqual(['pending', 'scanned', 'confirmed']);
      const { data } = await pc.exchange(views[2]!.loginCode!);
      expect(data.isNewUser).toBe(isNewUser);
      users.push(data.user.id);
    }
    expect(new Set(users).size).toBe(1);
  });

  it('finds the user whom the same person has by the mini program', async () => {
    const someone = stranger(service.simulator);
    const known = await someone.logIn(service);
    const pc = await computer(service, { body: officialAccount });
    await scanByWechat(service, pc.scanId, someone.name);
    const { data } = await pc.exchange((await pc.ask()).data.loginCode);
    expect(data.user.id).toBe(known.data.user.id);
  });

  it('keeps out who is locked, and says so to the person', async () => {
    const { name } = stranger(service.simulator);
    const first = await computer(service, { body: officialAccount });
    await scanByWechat(service, first.scanId, name);
    const { data } = await first.exchange((await first.ask()).data.loginCode);
    await service.app
      .get(DataSource)
      .query("UPDATE users SET status = 'locked' WHERE id = ?", [data.user.id]);
    const second = await computer(service, { body: officialAccount });
    const { deliveries } = await scanByWechat(service, second.scanId, name);
    expect(deliveries).toEqual([expect.objectContaining({ body: expect.stringContaining('账号已被锁定') })]);
    expect((await second.ask()).data).toEqual({ status: 'rejected' });
  });
});

describe('a scan that would log in directly, but for a match code', () => {
  let service: RunningService;
  beforeAll(async () => {
    const careful = { SCAN_OFFICIAL_ACCOUNT: 'direct', SCAN_MATCH_CODE: 'required' };
    service = await startService(embedded, { env: { ...env, ...careful } });
    await pushingTo(service).configure(plain);
  });
  afterAll(() => service?.close());

  it('waits for the tap all the same', async () => {
    const pc = await computer(service, { body: officialAccount });
    await scanByWechat(service, pc.scanId, stranger(service.simulator).name);
    expect((await pc.ask()).data).toEqual({ status: 'scanned' });
  });
});
