import { backends } from '../support/backends.js';
import { newOperator } from '../support/operators.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';

describe.each(backends)('administrators on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend);
  });
  afterAll(() => service?.close());

  it('look for users by their names and standing, page by page', async () => {
    const admin = await newOperator(service, 'admin');
    const list = (query: string) =>
      service.api('GET', `/admin/users?${query}`, undefined, { token: admin.accessToken });
    const names = ['Searched 1', 'sEARCHED 2', 'searched 3 😀'];
    const ids: string[] = [];
    for (const nickname of names) {
      const { data } = await stranger(service.simulator).logIn(service);
      ids.push(data.user.id);
      await service.api('PATCH', '/users/me', { nickname }, { token: data.accessToken });
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const { data } = await list(`q=searched&limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...data.items.map(({ id }: { id: string }) => id));
      cursor = data.nextCursor;
    } while (cursor);
    expect(seen).toEqual(ids);
    const [newest] = (await list('limit=1&role=user&status=active')).data.items;
    expect(newest.id).toBe(ids.at(-1));
    expect((await list('q=searched&role=admin')).data).toEqual({ items: [], nextCursor: null });
    expect((await list('q=searched&cursor=nonsense')).status).toBe(400);
    expect((await list(`q=${'%25'.repeat(80)}`)).data.items).toEqual([]);
  });
});
