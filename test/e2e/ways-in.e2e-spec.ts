import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { backends } from '../support/backends.js';
import { doors, linkBy, redirects } from '../support/doors.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';

const identities = '/users/me/identities';
const longAgoMs = 3_600_000;
const needsFresh = 'fresh_login_required';

describe.each(backends)('ways in on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => (service = await startService(backend)));
  afterAll(() => service?.close());

  const grow = (sessionId: string) =>
    service.app
      .get(DataSource)
      .manager.update(SessionEntity, { id: sessionId }, { authenticatedAt: Date.now() - longAgoMs });
  const listOf = async (token: string) =>
    (await service.api('GET', identities, undefined, { token })).data.items as { id: string; kind: string }[];

  it.each(doors.filter(({ kind }) => kind !== 'mini-program'))(
    'are neither added nor taken away by a session that is not fresh, until its person proves who they are: $name',
    async (door) => {
      const owner = stranger(service.simulator);
      const { accessToken: token, sessionId, user } = (await owner.logIn(service)).data;
      const [own] = await listOf(token);
      await grow(sessionId);
      const link = (who: string) => linkBy(service, door, who, token);

      expect(await link(`${owner.name} abroad`)).toMatchObject({ error: needsFresh });
      const audit = service.app.get(AuditLog, { strict: false });
      await audit.flush();
      const { items } = await audit.list({ userId: user.id, event: 'identity_linked' }, 10);
      expect(items).toMatchObject([{ outcome: 'failure', reason: needsFresh }]);
      const unlink = () => service.api('DELETE', `${identities}/${own!.id}`, undefined, { token });
      expect((await listOf(token)).map(({ kind }) => kind)).toEqual(['mini-program']);

      expect(await linkBy(service, doors[0]!, owner.name, token)).toMatchObject({ status: 201 });
      const linked = await link(`${owner.name} abroad`);
      expect([linked.status, linked.error]).toEqual([redirects(door) ? 303 : 201, undefined]);

      await grow(sessionId);
      expect(await unlink()).toMatchObject({ status: 403, error: needsFresh });
      expect(await listOf(token)).toHaveLength(2);
      // What was linked lately proves who they are as well: only a fresh session could add it.
      await link(`${owner.name} abroad`);
      expect(await unlink()).toMatchObject({ status: 200 });
    },
  );
});
