import { pageStatement } from './audit-log-page.js';

const mysql = (...parameters: [Parameters<typeof pageStatement>[2], string?]) =>
  pageStatement('a.id', 'mysql', parameters[0], parameters[1], 51);
const sqlite = (filter: Parameters<typeof pageStatement>[2]) =>
  pageStatement('a.id', 'sqlite', filter, undefined, 51);

describe('a page of the audit log', () => {
  it('asks for what the filter says, and no boolean', () => {
    const filter = { event: 'login', userId: 'u', address: '::1', blocked: false, from: 1, to: 2 };
    const { sql, parameters } = mysql(filter, 'last');
    expect(sql).toContain(
      'WHERE f.user_id = ? AND f.address = ? AND f.event = ? AND f.blocked = ? AND f.id >= ? AND f.id < ? AND f.id < ?',
    );
    const bounds = ['00000000-0001-7000-8000-000000000000', '00000000-0002-7000-8000-000000000000'];
    expect(parameters).toEqual(['u', '::1', 'login', 0, ...bounds, 'last']);
  });

  it.each([
    [{}, 'FORCE INDEX (PRIMARY)'],
    [{ from: 1 }, 'FORCE INDEX (PRIMARY)'],
    [{ userId: 'u' }, 'FORCE INDEX (audit_log_user)'],
    [{ address: 'a', event: 'login' }, 'FORCE INDEX (audit_log_address)'],
    [{ event: 'login', blocked: true }, 'FORCE INDEX (audit_log_blocked, audit_log_event)'],
  ])('lets MySQL choose among the indexes that hold all of %j', (filter, hint) => {
    expect(mysql(filter).sql).toContain(` ${hint} `);
  });

  it.each([
    [{ userId: 'u', address: 'a', event: 'login', blocked: true }, 'audit_log_user'],
    [{ address: 'a', event: 'login', blocked: true }, 'audit_log_address'],
    [{ event: 'login', blocked: true }, 'audit_log_blocked'],
    [{ event: 'login', blocked: false }, 'audit_log_event'],
    [{ blocked: false }, 'audit_log_blocked'],
  ])('takes for %j the index of SQLite that leaves least', (filter, index) => {
    expect(sqlite(filter).sql).toContain(` INDEXED BY ${index} `);
  });
});
