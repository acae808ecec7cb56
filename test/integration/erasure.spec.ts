import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { LateUsernames } from '../../src/audit/late-usernames.service.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { Erasure, type EndingOfErased } from '../../src/users/erasure.service.js';
import { UserMergeEntity } from '../../src/users/user-merge.entity.js';
import { UserPasswordEntity } from '../../src/users/user-password.entity.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';
import { WechatUnionEntity } from '../../src/users/wechat-union.entity.js';
import { backends } from '../support/backends.js';
import { type OpenStorage, openStorage } from '../support/open-storage.js';

describe.each(backends)('erasing a person on $name', (backend) => {
  let storage: OpenStorage;
  let dataSource: DataSource;
  let audit: AuditLog;
  let erasure: Erasure;
  beforeAll(async () => {
    storage = await openStorage(backend, 1);
    dataSource = storage.replicas[0]!.dataSource;
    audit = new AuditLog(dataSource.getRepository(AuditEntryEntity), dataSource, new Metrics());
    erasure = new Erasure(dataSource, audit, new LateUsernames(dataSource, audit));
  });
  afterAll(async () => {
    await audit?.onApplicationShutdown();
    await storage?.close();
  });

  const noSessions: EndingOfErased = { within: async () => undefined, blank: async () => undefined };
  const find = (id: string) => dataSource.manager.findOneByOrFail(UserEntity, { id });

  /** Somebody with a value of their own in every personal column, and one WeChat identity. */
  async function somebody(fields: Partial<UserEntity> = {}): Promise<string> {
    const id = randomUUID();
    const secret = `secret ${id}`;
    const names = ['nickname', 'avatarUrl', 'email', 'phoneSealed', 'country', 'province', 'city'];
    await dataSource.manager.insert(UserEntity, {
      id,
      role: 'user',
      status: 'active',
      ...Object.fromEntries(names.map((name) => [name, secret])),
      username: id.slice(0, 32),
      phoneMasked: '138****0000',
      gender: 'male',
      language: 'zh_CN',
      chosen: 'nickname',
      createdAt: 1,
      lastLoginAt: 2,
      ...fields,
    });
    const common = { userId: id, unionid: secret };
    await dataSource.manager.insert(WechatUnionEntity, common);
    await dataSource.manager.insert(WechatIdentityEntity, {
      ...common,
      id,
      kind: 'website',
      appId: 'wx1',
      openid: secret,
      unionidStatus: 'present',
      sessionKeysSealed: secret,
      linkedAt: 1,
    });
    const usernameKey = `secret ${id}`.slice(0, 32);
    const hash = `secret ${id}`;
    await dataSource.manager.insert(UserPasswordEntity, { userId: id, usernameKey, hash, changedAt: 1 });
    return id;
  }

  const joinInto = (survivorId: string, mergedId: string) =>
    dataSource.manager.insert(UserMergeEntity, {
      id: randomUUID(),
      survivorId,
      mergedId,
      mergedAt: 1,
      beforeSealed: `secret ${mergedId}`,
    });

  async function dump(): Promise<string> {
    const tables = dataSource.entityMetadatas.map(({ tableName }) =>
      dataSource.query(`SELECT * FROM ${tableName}`),
    );
    return JSON.stringify(await Promise.all(tables));
  }

  it('leaves an empty row, and nothing of those who had become this user', async () => {
    const id = await somebody();
    const former = await somebody({ status: 'merged', mergedInto: id, username: null });
    const earlier = await somebody({ status: 'merged', mergedInto: former, username: null });
    await joinInto(id, former);
    await joinInto(former, earlier);
    const other = await somebody();
    const ended: string[] = [];
    const blanked: string[][] = [];
    await erasure.erase(
      id,
      {
        within: async (_, userId) => void ended.push(userId),
        blank: async (_, userIds) => void blanked.push(userIds),
      },
      { appId: 'wxpass' },
    );
    expect([ended, blanked]).toEqual([[id], [[id, former, earlier]]]);
    const nothing = { username: null, nickname: null, phoneMasked: null, gender: null, chosen: '' };
    expect(await find(id)).toMatchObject({ status: 'erased', role: 'user', mergedInto: null, ...nothing });
    const left = await dump();
    for (const gone of [id, former, earlier])
      expect([gone, left.includes(`secret ${gone}`)]).toEqual([gone, false]);
    expect(left).toContain(`secret ${other}`);
    expect(await find(other)).toMatchObject({ status: 'active', gender: 'male' });
  });

  it('blanks the username in the audit log, also in what waits to be written, and records the act', async () => {
    const id = await somebody();
    audit.record({ event: 'login', outcome: 'success', userId: id, username: 'somebody' });
    audit.record({ event: 'login', outcome: 'success', userId: randomUUID(), username: 'another' });
    await erasure.erase(id, noSessions, { address: '192.0.2.1' });
    await audit.flush();
    const { items } = await audit.list({ userId: id }, 10);
    expect(items.map(({ event, username }) => [event, username])).toEqual([
      ['user_erased', null],
      ['login', null],
    ]);
    expect((await audit.list({ event: 'login' }, 10)).items.map(({ username }) => username)).toContain(
      'another',
    );
  });

  it('is one act of many at once, and none of who is erased already', async () => {
    const id = await somebody();
    const endings = await Promise.allSettled(
      Array.from({ length: 8 }, () => erasure.erase(id, noSessions, {})),
    );
    expect(endings.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const ending of endings) {
      if (ending.status === 'rejected') expect(ending.reason).toMatchObject({ error: 'not_found' });
    }
    await audit.flush();
    expect((await audit.list({ userId: id }, 10)).items).toHaveLength(1);
  });

  it('is refused to the last administrator, but not to one of whom another is left', async () => {
    const first = await somebody({ role: 'admin' });
    const locked = await somebody({ role: 'admin', status: 'locked' });
    await expect(erasure.erase(first, noSessions, {})).rejects.toMatchObject({ error: 'last_administrator' });
    expect(await find(first)).toMatchObject({ status: 'active', nickname: `secret ${first}` });
    await erasure.erase(locked, noSessions, {});
    const second = await somebody({ role: 'admin' });
    await erasure.erase(first, noSessions, {});
    await expect(erasure.erase(second, noSessions, {})).rejects.toMatchObject({
      error: 'last_administrator',
    });
  });

  it('blanks the username a moment later, too, and at the shutdown at once', async () => {
    const id = await somebody();
    const late = new LateUsernames(dataSource, audit);
    await new Erasure(dataSource, audit, late).erase(id, noSessions, {});
    audit.record({ event: 'login', outcome: 'failure', userId: id, username: 'late' });
    await audit.flush();
    const names = async () => (await audit.list({ userId: id }, 10)).items.map(({ username }) => username);
    expect(await names()).toContain('late');
    await late.onApplicationShutdown();
    expect(await names()).toEqual([null, null]);
  });

  it('leaves everything as it was where the sessions cannot be ended', async () => {
    const id = await somebody();
    const fault = new Error('cut');
    const broken: EndingOfErased = { ...noSessions, blank: () => Promise.reject(fault) };
    await expect(erasure.erase(id, broken, {})).rejects.toBe(fault);
    expect(await find(id)).toMatchObject({ status: 'active', nickname: `secret ${id}` });
    expect(await dump()).toContain(`secret ${id}`);
    await audit.flush();
    expect((await audit.list({ userId: id }, 10)).items).toEqual([]);
  });
});
