import { AppError } from '../platform/errors/app-error.js';
import { checkReplay, isStale, nonceTtlMs, readStamp } from './replay-protection.js';

class RememberedNonces {
  readonly used: string[] = [];
  readonly ttls: number[] = [];

  async useOnce(scope: string, nonce: string, ttlMs: number) {
    const name = `${scope} ${nonce}`;
    this.ttls.push(ttlMs);
    return !this.used.includes(name) && this.used.push(name) > 0;
  }
}

describe('replay protection', () => {
  let nonces: RememberedNonces;
  beforeEach(() => {
    nonces = new RememberedNonces();
    jest.useFakeTimers({ now: 1_795_000_000_999 });
  });
  afterEach(() => jest.useRealTimers());

  const nonce = 'n'.repeat(16);
  const stamped = (offsetSeconds = 0, name = nonce) => ({
    'x-timestamp': String(1_795_000_000 + offsetSeconds),
    'x-nonce': name,
  });
  const outcome = (headers: Record<string, string>, protection: 'optional' | 'required' = 'optional') =>
    checkReplay(headers, protection, nonces).then(
      () => 'good',
      (error: AppError) => error.error,
    );
  const faultyFields = async (headers: Record<string, string>, protection: 'optional' | 'required') => {
    const error: AppError = await checkReplay(headers, protection, nonces).then(
      () => Promise.reject(new Error('was accepted')),
      (thrown: AppError) => thrown,
    );
    expect([error.error, error.code]).toEqual(['invalid_request', 40000]);
    return (error.detailsIn('en') as { fields: { path: string }[] }).fields.map(({ path }) => path);
  };

  it('lets a request without the headers through where they are optional', async () => {
    expect(await outcome({})).toBe('good');
    expect(nonces.used).toEqual([]);
  });

  it.each([
    ['nothing', {}, ['X-Timestamp', 'X-Nonce']],
    ['no nonce', { 'x-timestamp': '1795000000' }, ['X-Nonce']],
    ['no timestamp', { 'x-nonce': nonce }, ['X-Timestamp']],
  ])('names what is missing where they are required: %s', async (_what, headers, missing) => {
    expect(await faultyFields(headers as Record<string, string>, 'required')).toEqual(missing);
  });

  it.each([
    ['X-Nonce', { 'x-timestamp': '1795000000' }],
    ['X-Timestamp', { 'x-nonce': nonce }],
  ])('asks for %s where the other came, also where both are optional', async (missing, headers) => {
    expect(await faultyFields(headers as Record<string, string>, 'optional')).toEqual([missing]);
  });

  it.each([
    '',
    'now',
    '-1',
    '1.5',
    '1e9',
    ' 1795000000',
    '0x6afd',
    '1795000000, 1795000000',
    '1795000000999',
  ])('takes %j for no timestamp', async (timestamp) => {
    expect(await faultyFields({ ...stamped(), 'x-timestamp': timestamp }, 'optional')).toEqual([
      'X-Timestamp',
    ]);
  });

  it.each(['', 'n'.repeat(7), 'n'.repeat(129), 'n n n n n n', 'ñ'.repeat(16)])(
    'takes %j for no nonce',
    async (name) => expect(await faultyFields(stamped(0, name), 'optional')).toEqual(['X-Nonce']),
  );

  it.each(['n'.repeat(8), 'n'.repeat(128), 'aZ0-_.~+/=!'])('takes the nonce %s', async (name) => {
    expect(await outcome(stamped(0, name), 'required')).toBe('good');
  });

  it.each([-300, -1, 0, 1, 300])('takes a timestamp %i s from now', async (offset) => {
    expect(await outcome(stamped(offset))).toBe('good');
  });

  it.each([-301, 301, -1_795_000_000, 9_000_000_000])(
    'refuses a timestamp %i s from now, and does not use its nonce up',
    async (offset) => {
      expect(await outcome(stamped(offset))).toBe('request_signature_invalid');
      expect(nonces.used).toEqual([]);
      expect(await outcome(stamped())).toBe('good');
    },
  );

  it.each(['optional', 'required'] as const)(
    'refuses a nonce that was used before: %s',
    async (protection) => {
      expect(await outcome(stamped(), protection)).toBe('good');
      expect(await outcome(stamped(1), protection)).toBe('nonce_replayed');
      expect(await outcome(stamped(0, `${nonce}!`), protection)).toBe('good');
    },
  );

  it('remembers a nonce for longer than any timestamp beside it may serve', async () => {
    await outcome(stamped(300));
    expect(nonces.ttls).toEqual([nonceTtlMs]);
    expect(nonceTtlMs).toBeGreaterThan(601_000);
  });

  it('reads a stamp without using its nonce up, and tells a stale one from one of now', () => {
    expect(readStamp(stamped())).toEqual({ timestamp: '1795000000', nonce });
    expect(readStamp(stamped(-301))).toEqual({ timestamp: '1794999699', nonce });
    expect(nonces.used).toEqual([]);
    const stale = [-301, -300, 0, 300, 301].filter((offset) => isStale(String(1_795_000_000 + offset)));
    expect(stale).toEqual([-301, 301]);
  });
});
