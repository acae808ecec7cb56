import { AppError } from '../platform/errors/app-error.js';
import type { NewAuditEntry } from './audit-entry.js';
import type { AuditLog } from './audit-log.service.js';
import type { LoginLimits } from './login-limits.service.js';
import { Refusals } from './refusals.service.js';

const mallory = { event: 'client_refused', address: '203.0.113.7' } as const;

describe('what is remembered of those who are refused', () => {
  let rows: NewAuditEntry[];
  let failures: string[];
  let refusals: Refusals;
  beforeEach(() => {
    rows = [];
    failures = [];
    const audit = { record: (entry: NewAuditEntry) => rows.push(entry) };
    const limits = { recordFailure: async (address: string) => failures.push(address) === 3 };
    refusals = new Refusals(audit as unknown as AuditLog, limits as unknown as LoginLimits);
  });

  const times = async (count: number, ...refused: Parameters<Refusals['remember']>) => {
    for (let i = 0; i < count; i++) await refusals.remember(...refused);
  };

  it.each([
    'blocked',
    'too_many_requests',
    'nonce_replayed',
    'csrf_invalid',
    'forbidden',
    'dependency_unavailable',
  ] as const)(
    'is one row for a thousand %s, which nothing else bounds; another address has its own',
    async (error) => {
      await times(1000, mallory, new AppError(error));
      await times(1000, { ...mallory, address: '203.0.113.8' }, new AppError(error));
      expect(rows.map(({ address, reason }) => [address, reason])).toEqual([
        ['203.0.113.7', error],
        ['203.0.113.8', error],
      ]);
      expect(failures).toEqual([]);
    },
  );

  it('is a row for each who is proven, also of one address', async () => {
    const refusalOf = (userId: string) => new AppError('forbidden', { about: { userId } });
    for (const userId of ['u', 'v']) await times(1000, mallory, refusalOf(userId));
    expect(rows.map(({ userId }) => userId)).toEqual(['u', 'v']);
  });

  it('is a row for each guess, which a window bounds, and that a rule blocks the address', async () => {
    await times(3, mallory, new AppError('request_signature_invalid'));
    expect(rows.map(({ event, outcome, blocked }) => [event, outcome, blocked])).toEqual([
      ['client_refused', 'failure', false],
      ['client_refused', 'failure', false],
      ['client_refused', 'failure', false],
      ['address_blocked', 'success', undefined],
    ]);
  });

  it('is nothing of a request that was badly made', async () => {
    await times(3, mallory, new AppError('invalid_request'));
    expect(rows).toEqual([]);
  });

  it('is whom the error is about, as far as it knows', async () => {
    await times(
      1,
      { ...mallory, event: 'login', appId: 'wx1' },
      new AppError('user_locked', { about: { userId: 'u' } }),
    );
    await times(1, mallory, new AppError('forbidden', { about: { appId: 'gateway' } }));
    await times(1, mallory, new AppError('unauthenticated'));
    expect(rows.map(({ userId, appId }) => [userId, appId])).toEqual([
      ['u', 'wx1'],
      [undefined, 'gateway'],
      [undefined, undefined],
    ]);
  });
});
