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
    [{ address: 'a' }, 'FORCE INDEX (audit_log_address)'],
    [{ address: 'a', blocked: true }, 'FORCE INDEX (audit_log_address)'],
    [{ address: 'a', event: 'login' }, 'FORCE INDEX (audit_log_address_event)'],
    [{ event: 'login', blocked: true }, 'FORCE INDEX (audit_log_event)'],
    [{ blocked: true }, 'FORCE INDEX (audit_log_blocked)'],
  ])('takes for %j the index of MySQL that has all of it', (filter, hint) => {
    expect(mysql(filter).sql).toContain(` ${hint} `);
  });

  it.each([
    [{ userId: 'u', address: 'a', event: 'login', blocked: true }, 'audit_log_user'],
    [{ address: 'a', event: 'login', blocked: true }, 'audit_log_address_event'],
    [{ event: 'login' }, 'audit_log_event'],
    [{ blocked: false }, 'audit_log_blocked'],
  ])('takes for %j the index of SQLite that has all of it', (filter, index) => {
    expect(sqlite(filter).sql).toContain(` INDEXED BY ${index} `);
  });

  it.each([{ address: 'a' }, { event: 'login' }, { address: 'a', event: 'login' }])(
    'reads the newest of what was blocked and of what was not for %j, each with its own values',
    (filter) => {
      const { sql, parameters } = mysql(filter, 'last');
      const given = Object.values(filter);
      expect(parameters).toEqual([...given, 1, 'last', ...given, 0, 'last']);
      expect(sql.match(/ORDER BY f\.id DESC LIMIT 51/g)).toHaveLength(2);
      expect(sql).toMatch(/UNION ALL .* ORDER BY id DESC LIMIT 51\) page /);
    },
  );

  it.each([{}, { userId: 'u' }, { blocked: true }, { event: 'login', blocked: false }])(
    'reads one index once for %j',
    (filter) => {
      expect(mysql(filter).sql).not.toContain('UNION');
    },
  );
});
