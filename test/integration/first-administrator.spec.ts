import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { NewAuditEntry } from '../../src/audit/audit-entry.js';
import type { AuditLog } from '../../src/audit/audit-log.service.js';
import type { Config } from '../../src/platform/config/config.js';
import { ConfigError } from '../../src/platform/config/config-error.js';
import { FirstAdministrator } from '../../src/users/first-administrator.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends, embedded } from '../support/backends.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';
import { passwordServicesOn } from '../support/password-services.js';

const password = 'nobody guesses this passphrase';

describe.each(backends)('the first administrator on $name', (backend) => {
  let storage: OpenStorage;
  let recorded: NewAuditEntry[];
  let warnings: string[];

  beforeAll(async () => {
    storage = await openStorage(backend, backend === embedded ? 1 : 2);
  });
  afterAll(() => storage?.close());
  beforeEach(() => {
    recorded = [];
    warnings = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((words) => void warnings.push(String(words)));
  });
  afterEach(() => jest.restoreAllMocks());

  const dataSource = (i = 0) => storage.replicas[i % storage.replicas.length]!.dataSource;
  const newName = () => `operator.${randomUUID().slice(0, 13).replaceAll(/[01]/g, 'x')}`;
  const boot = async (firstAdministrator: Config['firstAdministrator'], i = 0) => {
    const { users, policy, passwords } = passwordServicesOn(dataSource(i));
    const audit = { record: (entry: NewAuditEntry) => void recorded.push(entry) } as unknown as AuditLog;
    const config = { firstAdministrator } as Config;
    await new FirstAdministrator(config, policy, passwords, users, audit).onApplicationBootstrap();
  };
  const named = (username: string) => dataSource().manager.findBy(UserEntity, { username });
  const passwordsOf = () => passwordServicesOn(dataSource()).passwords;

  it('is nobody where none is configured', async () => {
    const before = await dataSource().manager.count(UserEntity);
    await boot(undefined);
    expect(await dataSource().manager.count(UserEntity)).toBe(before);
  });

  it('is created at the first boot, remembered, and left alone at the next', async () => {
    const username = newName();
    await boot({ username, password });
    const [administrator] = await named(username);
    expect(administrator).toMatchObject({ role: 'admin', status: 'active' });
    expect(recorded).toEqual([
      { event: 'first_administrator_created', outcome: 'success', userId: administrator!.id },
    ]);
    await boot({ username, password: 'another passphrase altogether' });
    expect((await passwordsOf().verify(username, password)).user.id).toBe(administrator!.id);
    expect(recorded).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('is one where many replicas start together', async () => {
    const username = newName();
    await Promise.all(Array.from({ length: 20 }, (_, i) => boot({ username, password }, i)));
    expect(await named(username)).toHaveLength(1);
    expect(recorded).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('is not who already has the name, or one that looks like it: that is logged, and nothing changes', async () => {
    const username = newName();
    const { id } = await passwordsOf().register({ username, password: 'what the person chose' });
    for (const name of [username, username.toUpperCase()]) await boot({ username: name, password });
    expect(await named(username)).toMatchObject([{ id, role: 'user' }]);
    expect((await passwordsOf().verify(username, 'what the person chose')).user.id).toBe(id);
    expect(recorded).toEqual([]);
    expect(warnings).toHaveLength(2);
  });

  it.each([
    ['a name with a space', { username: 'the operator', password }, ['ADMIN_USERNAME']],
    ['a common password', { username: 'operator', password: 'iloveyou1' }, ['ADMIN_PASSWORD']],
    [
      'a password that says the name',
      { username: 'operator', password: 'operator20261' },
      ['ADMIN_PASSWORD'],
    ],
    [
      'neither as it should be',
      { username: 'the operator', password: 'password1' },
      ['ADMIN_USERNAME', 'ADMIN_PASSWORD'],
    ],
  ])('is a fault of the configuration with %s', async (_, account, variables) => {
    const fault: unknown = await boot(account).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(ConfigError);
    expect((fault as ConfigError).faults.map(({ variable }) => variable)).toEqual(variables);
    expect((fault as ConfigError).message).not.toContain(account.password);
  });
});
