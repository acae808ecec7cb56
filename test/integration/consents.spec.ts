import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { LateUsernames } from '../../src/audit/late-usernames.service.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { Consents, type Withdrawal } from '../../src/users/consents.service.js';
import { Erasure, type EndingOfErased } from '../../src/users/erasure.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';
import { backends } from '../support/backends.js';
import { type OpenStorage, openStorage } from '../support/open-storage.js';

const noSessions: EndingOfErased = { within: async () => undefined, blank: async () => undefined };

describe.each(backends)('what shows that a withdrawn consent was acted on, on $name', (backend) => {
  let storage: OpenStorage;
  let dataSource: DataSource;
  let audit: AuditLog;
  beforeAll(async () => {
    storage = await openStorage(backend, 1);
    dataSource = storage.replicas[0]!.dataSource;
  });
  beforeEach(() => {
    audit = new AuditLog(dataSource.getRepository(AuditEntryEntity), dataSource, new Metrics());
  });
  afterEach(() => audit.onApplicationShutdown());
  afterAll(() => storage?.close());

  const consents = () =>
    new Consents(dataSource, new Erasure(dataSource, audit, new LateUsernames(dataSource, audit)), audit);
  const find = (id: string) => dataSource.manager.findOneByOrFail(UserEntity, { id });
  /** What is written at this moment, as if the process ended now. */
  const eventsOf = async (userId: string) => {
    const rows = await dataSource.manager.findBy(AuditEntryEntity, { userId });
    return rows.map(({ event, reason }) => `${event} ${reason}`).sort();
  };
  const withdrawalOf = (openid: string): Withdrawal => ({
    appId: 'wx1',
    openid,
    event: 'consent_revoked',
    reason: 'user_authorization_revoke:6',
  });

  async function somebody(): Promise<string> {
    const id = randomUUID();
    await dataSource.manager.insert(UserEntity, {
      id,
      role: 'user',
      status: 'active',
      nickname: 'nick',
      chosen: 'nickname',
      createdAt: 1,
      lastLoginAt: 1,
    });
    await dataSource.manager.insert(WechatIdentityEntity, {
      id,
      userId: id,
      kind: 'mini-program',
      appId: 'wx1',
      openid: id,
      linkedAt: 1,
    });
    return id;
  }

  it('is written with what was done, and not a moment later', async () => {
    const id = await somebody();
    await consents().withdraw(withdrawalOf(id), ['profile']);
    expect(await find(id)).toMatchObject({ nickname: null, chosen: '' });
    expect(await eventsOf(id)).toEqual(['consent_revoked user_authorization_revoke:6']);
  });

  it('is written with the erasure of who has no way in any more', async () => {
    const id = await somebody();
    await consents().leave(withdrawalOf(id), [], noSessions);
    expect(await find(id)).toMatchObject({ status: 'erased' });
    expect(await eventsOf(id)).toEqual(
      ['consent_revoked', 'identity_unlinked', 'user_erased'].map(
        (event) => `${event} user_authorization_revoke:6`,
      ),
    );
  });

  it('is not there where nothing was done, nor was anything done where it cannot be written', async () => {
    const id = await somebody();
    const fault = new Error('cut');
    const broken: EndingOfErased = { ...noSessions, blank: () => Promise.reject(fault) };
    await expect(consents().leave(withdrawalOf(id), [], broken)).rejects.toBe(fault);
    expect(await eventsOf(id)).toEqual([]);
    audit.recordWithin = () => Promise.reject(fault);
    await expect(consents().withdraw(withdrawalOf(id), ['profile'])).rejects.toBe(fault);
    expect(await find(id)).toMatchObject({ status: 'active', nickname: 'nick' });
  });
});
