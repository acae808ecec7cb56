import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { byCommand } from '../../src/audit/act.js';
import { backends, embedded } from '../support/backends.js';
import { AuditRecorder, endNothing, identityServicesOn } from '../support/identity-services.js';
import { HistoryPlayer, histories, login } from '../support/one-person-history.js';
import { brokenLaws } from '../support/one-person-laws.js';
import { World } from '../support/one-person-world.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';

/** The same histories each time, unless the environment asks for others, or for more. */
const seed = Number(process.env.ONE_PERSON_SEED ?? 20_261_120);
const times = Number(process.env.ONE_PERSON_TIMES ?? 1);
const limitMs = 300_000 * times;

describe.each(backends)('one person is one user on $name', (backend) => {
  const runs = (backend === embedded ? 600 : 350) * times;
  let storage: OpenStorage;

  beforeAll(async () => {
    storage = await openStorage(backend, backend === embedded ? 1 : 2);
  });
  afterAll(() => storage?.close());

  it(
    'whatever they do, in whichever order and how much of it at once',
    async () => {
      let merged = 0;
      let undone = 0;
      const dataSources = storage.replicas.map(({ dataSource }) => dataSource);
      const property = fc.asyncProperty(histories, async (history) => {
        const player = new HistoryPlayer(dataSources);
        await player.play(history);
        // The embedded database answers at once, and its driver frees statements only when the event loop turns.
        await eventLoopTurn();
        merged += player.audit.of('users_merged').length;
        undone += player.audit.of('merge_undone').length;
      });
      await fc.assert(property, { seed, numRuns: runs });
      // Else little would have been shown.
      expect(merged).toBeGreaterThan(runs / 3);
      expect(undone).toBeGreaterThan(runs / 20);
    },
    limitMs,
  );

  it(
    'and two again, exactly as they were, once an operator says so',
    async () => {
      const { dataSource } = storage.replicas[0]!;
      const logins = fc.array(login, { minLength: 4, maxLength: 20, size: 'max' });
      let undone = 0;
      const property = fc.asyncProperty(logins, async (history) => {
        const audit = new AuditRecorder();
        const { identities, merges } = identityServicesOn(dataSource, audit);
        const world = new World(dataSource);
        await eventLoopTurn();
        for (const { door, unionidStatus } of history) {
          const before = await world.snapshot();
          const proof = world.proof(door, unionidStatus);
          await identities.identify(proof, endNothing);
          const [merge] = (await world.snapshot()).merges.slice(before.merges.length);
          if (!merge) continue;
          await merges.undo(merge.id, endNothing, byCommand);
          undone += 1;
          const parted = { ...(await world.snapshot()), merges: [] };
          expect(parted).toEqual({ ...before, merges: [] });
          await identities.identify(proof, endNothing);
          const { identities: known, ...rest } = { ...(await world.snapshot()), merges: [] };
          // WeChat still shows the unionid, only that it is not believed any more.
          const shown = parted.identities.map((one) =>
            one.appId === proof.appId && one.openid === proof.openid
              ? { ...one, unionidStatus: 'present' }
              : one,
          );
          expect({ ...rest, identities: known }).toEqual({ ...parted, identities: shown });
          expect(audit.of('unionid_conflict')).toHaveLength(1);
          break;
        }
        expect(brokenLaws(await world.snapshot())).toEqual([]);
      });
      await fc.assert(property, { seed, numRuns: 150 * times });
      expect(undone).toBeGreaterThan(25 * times);
    },
    limitMs,
  );
});
