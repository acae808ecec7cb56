import { randomUUID } from 'node:crypto';
import { backends, shared } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { miniProgram } from '../support/start-simulator.js';
import { type Replica, type RunningService, startService } from '../support/start-service.js';
import { Sealer } from '../../src/platform/crypto/sealer.js';
import { KeyValueStore } from '../../src/platform/store/key-value-store.js';

const keyed = (key: string = randomUUID()) => ({ headers: { 'idempotency-key': key } });

describe.each(backends)('an Idempotency-Key makes a lost answer safe on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { replicas: backend === shared ? 2 : 1 });
  });
  afterAll(() => service?.close());

  const anyReplica = (i: number): Replica => service.replicas[i % service.replicas.length]!;
  const logIn = (code: string, options: object, i = 0) =>
    anyReplica(i).api('POST', '/auth/wechat/mini-program', { code, appId: miniProgram.appId }, options);

  it('gives 20 who ask at once one session, and asks WeChat once', async () => {
    const code = await stranger(service.simulator).code();
    const before = (await service.simulator.calls()).length;
    const options = keyed();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => logIn(code, options, i)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect((await service.simulator.calls()).length - before).toBe(1);
  });

  it('repeats a refusal too', async () => {
    const code = await stranger(service.simulator).code();
    await logIn(code, {});
    const options = keyed();
    const first = await logIn(code, options);
    const second = await logIn(code, { headers: { ...options.headers, 'accept-language': 'en' } }, 1);
    expect(first).toMatchObject({ status: 401, error: 'wechat_code_used' });
    expect(second).toMatchObject({ status: 401, error: 'wechat_code_used', data: { errcode: 40163 } });
    expect(second.data.advice).not.toBe(first.data.advice);
  });

  it('refuses the same key with another body or on another route', async () => {
    const someone = stranger(service.simulator);
    const options = keyed();
    const login = await logIn(await someone.code(), options);
    const other = await logIn(await someone.code(), options, 1);
    expect(other).toMatchObject({ status: 409, error: 'idempotency_key_reused' });
    const { refreshToken } = login.data;
    const elsewhere = await service.api('POST', '/auth/refresh', { refreshToken }, options);
    expect(elsewhere).toMatchObject({ status: 409, error: 'idempotency_key_reused' });
    expect(await service.api('POST', '/auth/refresh', { refreshToken }, keyed())).toMatchObject({
      status: 200,
    });
  });

  it('does not bring a session back that has ended meanwhile', async () => {
    const code = await stranger(service.simulator).code();
    const options = keyed();
    const { data } = await logIn(code, options);
    await service.api('POST', '/auth/logout', undefined, { token: data.accessToken });
    expect(await logIn(code, options)).toMatchObject({
      status: 401,
      error: 'session_ended',
      data: { reason: 'logged_out' },
    });
  });

  it('does not keep an answer that consumed nothing', async () => {
    const code = await stranger(service.simulator).code();
    const options = keyed();
    await service.simulator.fault({ path: '/sns/jscode2session', errcode: 45011 });
    expect(await logIn(code, options)).toMatchObject({ status: 503, error: 'wechat_unavailable' });
    expect(await logIn(code, options, 1)).toMatchObject({ status: 200 });
  });

  it('tells all who wait what became of it, and asks WeChat once, where WeChat hangs', async () => {
    const code = await stranger(service.simulator).code();
    const before = (await service.simulator.calls()).length;
    await service.simulator.fault({ path: '/sns/jscode2session', hang: true, times: 10 });
    const options = keyed();
    const started = Date.now();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => logIn(code, options, i)));
    await service.simulator.clearFaults();
    expect(new Set(answers.map(({ status, error }) => `${status} ${error}`))).toEqual(
      new Set(['503 wechat_unavailable']),
    );
    expect(Date.now() - started).toBeLessThan(6000);
    expect((await service.simulator.calls()).length - before).toBe(1);
    expect(await logIn(code, options)).toMatchObject({ status: 200 });
  });

  it('lets the next one try where the process that had it died', async () => {
    const code = await stranger(service.simulator).code();
    const options = keyed();
    const store = service.app.get(KeyValueStore, { strict: false });
    const setIfAbsent = store.setIfAbsent.bind(store);
    const claims: string[] = [];
    const spy = jest.spyOn(store, 'setIfAbsent').mockImplementation((key, value, ttl) => {
      claims.push(key);
      return setIfAbsent(key, value, ttl);
    });
    await logIn(code, options);
    spy.mockRestore();
    const sealer = service.app.get(Sealer, { strict: false });
    const fingerprint = sealer.seal('the hash of another request', `${claims[0]}:request`);
    await store.set(claims[0]!, JSON.stringify({ fingerprint, owner: 'x' }), 60_000);
    expect(await logIn(code, options)).toMatchObject({ status: 409, error: 'idempotency_key_reused' });
    await store.delete(claims[0]!);
    expect(await logIn(code, options)).toMatchObject({ status: 401, error: 'wechat_code_used' });
  });

  it('repeats a refresh even where its grace is over', async () => {
    const { data } = await stranger(service.simulator).logIn(service);
    const options = keyed();
    const refresh = (i: number) =>
      anyReplica(i).api('POST', '/auth/refresh', { refreshToken: data.refreshToken }, options);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => refresh(i)));
    const [first] = answers;
    expect(new Set(answers.map((answer) => JSON.stringify(answer.data))).size).toBe(1);
    await service.api('POST', '/auth/refresh', { refreshToken: first!.data.refreshToken });
    expect((await refresh(0)).data).toEqual(first!.data);
  });

  it('keeps the answer sealed', async () => {
    const store = service.app.get(KeyValueStore, { strict: false });
    const written: string[] = [];
    const compareAndSet = store.compareAndSet.bind(store);
    const spy = jest.spyOn(store, 'compareAndSet').mockImplementation((key, expected, next, ttl) => {
      written.push(String(next));
      return compareAndSet(key, expected, next, ttl);
    });
    const { data } = await logIn(await stranger(service.simulator).code(), keyed());
    spy.mockRestore();
    expect(written).toHaveLength(1);
    expect(written[0]).not.toContain(data.refreshToken);
    expect(Buffer.from(written[0]!, 'base64url').toString()).not.toContain(data.refreshToken);
  });

  it.each(['short', 'x'.repeat(129), 'with a space in its middle'])('refuses the key %j', async (key) => {
    const answer = await logIn(await stranger(service.simulator).code(), keyed(key));
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(answer.data.fields[0].path).toBe('Idempotency-Key');
  });
});
