import { FakeService } from '../../test/fake-service.js';
import { until } from '../../test/until.js';
import { Api } from '../api.js';
import { openScan, type ScanState } from './scan.js';
import { watchScan } from './watch-scan.js';

let service: FakeService;
let stop: AbortController;

beforeEach(async () => {
  service = await FakeService.start();
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await service.stop();
});

async function watch() {
  const api = new Api({ baseUrl: service.url });
  const scan = await openScan(api, { via: 'mini-program' });
  const states: ScanState[] = [];
  const collect = async () => {
    for await (const state of watchScan(api, scan, stop.signal)) states.push(state);
  };
  const ended = collect();
  ended.catch(() => undefined);
  return { scan, states, ended };
}

const confirmed = { loginCode: 'code', user: { nickname: '小明', avatarUrl: null } };

describe.each(['work', 'refused', 'held-back'] as const)('where streams are: %s', (streams) => {
  const patienceMs = 10_000;

  it('each state is told once, and the final one last', async () => {
    service.streams = streams;
    const { scan, states, ended } = await watch();
    const asked =
      streams === 'work' ? `/api/v1/auth/scans/${scan.scanId}/events` : `/api/v1/auth/scans/${scan.scanId}`;
    await until(() => service.countOf('GET', asked) > 0 && service.scans[0]!.waiting.size > 0, patienceMs);
    service.move('scanned');
    await until(() => states.length === 1, patienceMs);
    await until(() => service.scans[0]!.waiting.size > 0, patienceMs);
    service.move('confirmed', confirmed);
    await ended;
    expect(states).toEqual([{ status: 'scanned' }, { status: 'confirmed', ...confirmed }]);
  });
});

it('a stream that breaks is taken up again, and what was told is not told twice', async () => {
  const { scan, states, ended } = await watch();
  const events = `/api/v1/auth/scans/${scan.scanId}/events`;
  await until(() => service.countOf('GET', events) === 1);
  service.move('scanned');
  await until(() => states.length === 1);
  service.cutConnections();
  await until(() => service.countOf('GET', events) === 2);
  service.move('rejected');
  await ended;
  expect(states.map(({ status }) => status)).toEqual(['scanned', 'rejected']);
  expect(service.countOf('GET', `/api/v1/auth/scans/${scan.scanId}`)).toBe(0);
});

it('long polls outlast errors that pass', async () => {
  service.streams = 'refused';
  const { scan, states, ended } = await watch();
  const path = `/api/v1/auth/scans/${scan.scanId}`;
  await until(() => service.countOf('GET', path) === 1);
  service.faults.push({ path, status: 503 }, { path, status: 0 });
  service.cutConnections();
  await until(() => service.countOf('GET', path) === 4, 10_000);
  service.move('rejected');
  await ended;
  expect(states).toEqual([{ status: 'rejected' }]);
});

it('long polls wait as long as the service asks them to', async () => {
  service.streams = 'refused';
  const path = '/api/v1/auth/scans/';
  service.faults.push({ path, status: 429 }, { path, status: 429, retryAfter: '2' });
  const { scan } = await watch();
  const askedAt: number[] = [];
  for (let count = 1; count <= 2; count++) {
    await until(() => service.countOf('GET', `/api/v1/auth/scans/${scan.scanId}`) === count, 5_000);
    askedAt.push(Date.now());
  }
  expect(askedAt[1]! - askedAt[0]!).toBeGreaterThan(1_900);
});

it('a scan that the service knows no more has expired', async () => {
  const { scan, states, ended } = await watch();
  await until(() => service.countOf('GET', `/api/v1/auth/scans/${scan.scanId}/events`) === 1);
  service.scans.length = 0;
  service.cutConnections();
  await ended;
  expect(states).toEqual([{ status: 'expired' }]);
});

it('an error that does not pass is thrown', async () => {
  service.streams = 'refused';
  service.faults.push(
    { path: '/api/v1/auth/scans/', status: 403 },
    { path: '/api/v1/auth/scans/', status: 403 },
  );
  const { ended } = await watch();
  await expect(ended).rejects.toMatchObject({ error: 'out_of_order', status: 403 });
});

it('stops when it is told to, with nothing left open', async () => {
  const { ended } = await watch();
  await until(() => service.scans[0]!.waiting.size === 1);
  stop.abort(new Error('enough'));
  await expect(ended).rejects.toThrow('enough');
  await until(() => service.scans[0]!.waiting.size === 0);
});
