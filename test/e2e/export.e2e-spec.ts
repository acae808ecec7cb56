import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type EntityMetadata } from 'typeorm';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { newEntryId } from '../../src/audit/audit-entry-id.js';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Sealer } from '../../src/platform/crypto/sealer.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { sealedBeforeMerge, sealedPhone, sealedSessionKeys } from '../../src/users/sealed-user-columns.js';
import { UserMergeEntity } from '../../src/users/user-merge.entity.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { miniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

/** Tables in which nothing is about one person, and why. */
const impersonal: Record<string, string> = {
  signing_keys: 'the keys of the service',
  login_counts: 'how many came through which door when, whoever they were',
  nonces: 'hashes of numbers that prove nothing and lead to nobody',
  blocks: 'addresses and names that operators refuse, whoever has them',
};

/** Columns that a person is not handed, and why. */
const withheld: Record<string, string> = {
  'user_passwords.username_key': 'another spelling of the username, which is there',
  'user_passwords.hash': 'proves who somebody is',
  'wechat_identities.session_keys_sealed':
    'WeChat forbids to hand out the key; since when it is kept is there',
  'sessions.family_hash': 'proves who somebody is',
  'sessions.refresh_hash': 'proves who somebody is',
  'sessions.previous_hash': 'proves who somebody is',
  'sessions.rotation_salt': 'proves who somebody is',
};

interface Planted {
  column: string;
  /** What must, or must not, stand in the export. */
  mark: string;
}

describe.each(backends)('the export of what is held on a person on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend);
  });
  afterAll(() => service?.close());

  const manager = () => service.app.get(DataSource).manager;
  const exported = (token: string) => service.api('GET', '/users/me/export', undefined, { token });

  it('tells what operators did to the person, and not who that was or from where', async () => {
    const { id, token } = await newcomer();
    const audit = service.app.get(AuditLog, { strict: false });
    const operator = randomUUID();
    const act = { event: 'role_changed', outcome: 'success', userId: id } as const;
    const whence = { address: '203.0.113.99', userAgent: 'the operator’s browser' };
    audit.record({ ...act, ...whence, reason: `by ${operator}: user to auditor` });
    audit.record({ ...act, ...whence, reason: 'by client console: auditor to user' });
    // As ending sessions records it, with the operator's address.
    audit.record({ event: 'session_ended', outcome: 'success', userId: id, ...whence, reason: 'kicked' });
    await audit.flush();
    const { auditLog } = (await exported(token)).data;
    const acts = auditLog.filter(({ event }: { event: string }) =>
      /^(role_changed|session_ended)$/.test(event),
    );
    expect(acts.map(({ reason }: { reason: string }) => reason).sort()).toEqual([
      'by an operator: auditor to user',
      'by an operator: user to auditor',
      'kicked',
    ]);
    expect(JSON.stringify(acts)).not.toMatch(/203\.0\.113|browser|console/);
    expect(JSON.stringify(acts)).not.toContain(operator);
  });

  async function newcomer() {
    const someone = stranger(service.simulator);
    const { data } = await someone.logIn(service);
    return { ...someone, id: data.user.id as string, token: data.accessToken as string };
  }

  it('is a file that no cache keeps, in the form of every answer, and leaves a trace in the audit log', async () => {
    const { id, token, name } = await newcomer();
    const phoneCode = await service.simulator.phoneCode(name, { phoneNumber: '13912345678' });
    const body = { code: phoneCode, appId: miniProgram.appId };
    await service.api('POST', '/users/me/phone', body, { token });
    const answer = await exported(token);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="wxpass-export.json"',
      'cache-control': 'no-store',
    });
    expect(answer.json).toMatchObject({ code: 0, message: 'ok', traceId: expect.any(String) });
    expect(answer.data).toMatchObject({
      account: { id, phone: '+8613912345678', phoneMasked: '139****5678' },
      password: null,
      identities: [{ holdsSessionKey: true, sessionKeysSince: [expect.any(String)] }],
      sessions: [{ userId: id, endedAt: null }],
    });
    expect(answer.data.auditLog.map(({ event }: { event: string }) => event)).toContain('phone_bound');
    await sleep(400);
    const { items } = await service.app.get(AuditLog, { strict: false }).list({ userId: id }, 1);
    expect(items).toMatchObject([{ event: 'data_exported', traceId: answer.json.traceId }]);
  });

  it('has every column of every table that says something of a person, or it is known why not', async () => {
    const { id, token } = await newcomer();
    const planted = await plantEverywhere(id);
    const { text, status } = await exported(token);
    expect(status).toBe(200);
    const wrong = planted.filter(({ column, mark }) => text.includes(mark) !== !(column in withheld));
    expect(wrong).toEqual([]);
    const known = new Set(planted.map(({ column }) => column));
    expect(Object.keys(withheld).filter((column) => !known.has(column))).toEqual([]);
  });

  it('has all of many sessions and acts, each once and in order, and nothing of anybody else', async () => {
    const { id, token } = await newcomer();
    const other = await newcomer();
    const acts = Array.from({ length: 1005 }, (_, i) => actOf(id, i));
    for (let i = 0; i < acts.length; i += 201) {
      await manager().insert(AuditEntryEntity, acts.slice(i, i + 201));
    }
    const template = await manager().findOneByOrFail(SessionEntity, { userId: id });
    const sessions = Array.from({ length: 405 }, () => ({ ...template, id: randomUUID(), endedAt: 1 }));
    await manager().insert(SessionEntity, sessions);
    const { data, text } = await exported(token);
    const idsOf = (rows: { id: string }[]) => rows.map((row) => row.id);
    expect(idsOf(data.auditLog.slice(-acts.length))).toEqual(idsOf(acts).reverse());
    expect(new Set(idsOf(data.auditLog)).size).toBe(data.auditLog.length);
    expect(idsOf(data.sessions)).toEqual(
      idsOf([template, ...sessions])
        .sort()
        .reverse(),
    );
    expect(data.withdrawnConsents).toHaveLength(acts.filter(({ event }) => event !== 'login').length);
    expect(text).not.toContain(other.id);
  });

  it('has what is kept of those who turned out to be the same person', async () => {
    const { id, token } = await newcomer();
    const former = await newcomer();
    await manager().update(
      UserEntity,
      { id: former.id },
      { status: 'merged', mergedInto: id, nickname: 'a former nickname' },
    );
    const merge = { id: randomUUID(), survivorId: id, mergedId: former.id, mergedAt: 1 };
    await manager().insert(UserMergeEntity, merge);
    const { data } = await exported(token);
    expect(data.formerAccounts).toMatchObject([
      { id: former.id, status: 'merged', nickname: 'a former nickname', mergedInto: id },
    ]);
    expect(data.sessions.map(({ userId }: { userId: string }) => userId).sort()).toEqual(
      [id, former.id].sort(),
    );
    expect(data.merges).toMatchObject([{ mergedId: former.id, undoneAt: null, before: null }]);
  });

  it('withholds nothing else where a sealed value does not open', async () => {
    const { id, token } = await newcomer();
    await manager().update(UserEntity, { id }, { phoneSealed: 'lost.AAAA', phoneMasked: '138****0000' });
    const { data } = await exported(token);
    expect(data.account).toMatchObject({ phone: null, phoneMasked: '138****0000' });
  });

  function actOf(userId: string, i: number): AuditEntryEntity {
    const at = 1_700_000_000_000 + i;
    const event = i % 500 === 0 ? 'consent_revoked' : 'login';
    const rest = { username: null, address: null, userAgent: null, appId: null, reason: null, traceId: null };
    return { ...rest, id: newEntryId(at), at, event, userId, outcome: 'success', blocked: false };
  }

  /** Writes something unmistakable into each column of each table, in rows of this user. */
  async function plantEverywhere(userId: string): Promise<Planted[]> {
    const other = randomUUID();
    const user = await manager().findOneByOrFail(UserEntity, { id: userId });
    await manager().insert(UserEntity, { ...user, id: other, status: 'merged', username: null });
    const planted: Planted[] = [];
    for (const metadata of manager().dataSource.entityMetadatas) {
      if (metadata.tableName in impersonal) continue;
      const row = await plantedRow(metadata, { userId, other }, planted);
      if (metadata.tableName === 'users') await manager().update(UserEntity, { id: userId }, row);
      else {
        if (metadata.tableName === 'wechat_identities') await manager().delete(metadata.target, { userId });
        if (metadata.tableName === 'wechat_unions') await manager().delete(metadata.target, { userId });
        await manager().insert(metadata.target, row);
      }
    }
    return planted;
  }

  async function plantedRow(
    { tableName, columns }: EntityMetadata,
    { userId, other }: { userId: string; other: string },
    planted: Planted[],
  ): Promise<Record<string, unknown>> {
    const sealer = service.app.get(Sealer, { strict: false });
    const id = tableName === 'users' ? userId : randomUUID();
    const fixed: Record<string, { value: unknown; mark: string }> = {
      'users.id': { value: userId, mark: userId },
      'users.status': { value: 'active', mark: '"status":"active"' },
      'users.merged_into': { value: other, mark: other },
      'user_merges.merged_id': { value: other, mark: other },
      'user_merges.survivor_id': { value: userId, mark: userId },
    };
    const sealedValues: Record<string, (mark: string) => string> = {
      [sealedPhone.toString()]: (mark) => sealer.seal(mark, sealedPhone.placeOf(id)),
      [sealedSessionKeys.toString()]: (mark) =>
        sealer.seal(JSON.stringify([{ key: mark, at: 1 }]), sealedSessionKeys.placeOf(id)),
      [sealedBeforeMerge.toString()]: (mark) =>
        sealer.seal(JSON.stringify(beforeWith(mark)), sealedBeforeMerge.placeOf(id)),
    };
    const row: Record<string, unknown> = {};
    for (const { databaseName, propertyName, type } of columns) {
      const column = `${tableName}.${databaseName}`;
      const number = planted.length;
      const mark = `mark-${number}-x`;
      const at = 1_700_000_000_000 + number * 60_000;
      const plant = (value: unknown, wanted: string) => {
        row[propertyName] = value;
        planted.push({ column, mark: wanted });
      };
      const known = fixed[column];
      if (known) plant(known.value, known.mark);
      else if (databaseName === 'user_id') plant(userId, userId);
      else if (databaseName === 'id') plant(id, id);
      else if (type === Boolean) plant(true, `"${propertyName}":true`);
      else if (type === 'bigint') plant(at, new Date(at).toISOString());
      else plant(sealedValues[column]?.(mark) ?? mark, mark);
    }
    return row;
  }

  function beforeWith(username: string) {
    return {
      survivor: { status: 'active', chosen: '' },
      merged: { status: 'active', username },
      inherited: [],
      identityIds: [],
      unionids: [],
      filled: { identityId: 'x', unionidStatus: 'present' },
    };
  }
});
