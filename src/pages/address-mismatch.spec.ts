import type { FastifyRequest } from 'fastify';
import { addressMismatch } from './address-mismatch.js';

interface Seen {
  protocol?: string;
  host?: string;
  headers?: Record<string, string>;
}

/** As Fastify reads a request: `host` and `protocol` are a proxy's where it is trusted. */
function mismatch(publicUrl: string, { protocol = 'http', host = '', headers = {} }: Seen) {
  return addressMismatch({ protocol, host, headers } as unknown as FastifyRequest, { publicUrl });
}

describe('the address of a request', () => {
  it('agrees where host and port do, however they are written', () => {
    expect(mismatch('https://login.test', { host: 'LOGIN.test' })).toBeUndefined();
    expect(mismatch('http://login.test', { host: 'login.test:80' })).toBeUndefined();
    expect(mismatch('https://login.test/below', { host: 'login.test' })).toBeUndefined();
  });

  it('says nothing of the scheme where no trusted proxy tells it', () => {
    expect(mismatch('https://login.test', { host: 'login.test' })).toBeUndefined();
    const headers = { 'x-forwarded-proto': 'https' };
    expect(mismatch('http://login.test', { host: 'login.test', headers })).toBeUndefined();
  });

  it('disagrees where the host or the port does', () => {
    const expected = 'http://localhost:3000';
    expect(mismatch(expected, { host: '127.0.0.1:3000' })).toEqual({
      setting: 'PUBLIC_URL',
      seen: 'http://127.0.0.1:3000',
      expected,
    });
    expect(mismatch(expected, { host: 'localhost:8080' })?.seen).toBe('http://localhost:8080');
  });

  it('disagrees where a trusted proxy was asked by another scheme', () => {
    const headers = { 'x-forwarded-proto': 'https' };
    const seen = mismatch('http://login.test', { protocol: 'https', host: 'login.test', headers });
    expect(seen).toMatchObject({ setting: 'PUBLIC_URL', seen: 'https://login.test' });
  });

  it('is a matter of trust where a proxy passes the right address on', () => {
    const headers = { 'x-forwarded-host': 'evil.test, login.test', 'x-forwarded-proto': 'https' };
    expect(mismatch('https://login.test', { host: '10.0.0.7:3000', headers })?.setting).toBe('TRUST_PROXY');
  });

  it('is not known of who sends none, or nonsense', () => {
    expect(mismatch('https://login.test', { host: '' })).toBeUndefined();
    expect(mismatch('https://login.test', { host: 'a"><b>' })).toBeUndefined();
  });
});
