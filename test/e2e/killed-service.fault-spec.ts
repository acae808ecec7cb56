import { createRequire } from 'node:module';
import { backends, type OpenBackend } from '../support/backends.js';
import { faultTable } from '../support/faults/fault-table.js';
import { unharmed } from '../support/faults/ledger.js';
import { type Outage, outageOf } from '../support/faults/outage.js';
import { Fleet } from '../support/fleet.js';

const rounds = 3;

interface SqliteFile {
  prepare(sql: string): { all(): unknown[] };
  close(): void;
}

describe.each(backends)('the service on $name, killed and started again and again', (backend) => {
  let storage: OpenBackend;
  let fleet: Fleet;
  const outages: Outage[] = [];

  beforeAll(async () => {
    storage = await backend.open();
    fleet = await Fleet.start(backend.name === 'embedded' ? 1 : 2, storage.env);
    for (let round = 1; round <= rounds; round++) outages.push(await outageOf(fleet, killing(round)));
    if (process.env.FAULT_TABLE) process.stdout.write(`\n${backend.name}\n\n${faultTable(outages)}\n`);
  }, 120_000);

  afterAll(async () => {
    await fleet?.close();
    await storage?.close();
  });

  const killing = (round: number) => ({
    name: `service killed, round ${round}`,
    lastsMs: 0,
    strike: () => fleet.replicas.forEach((replica) => replica.kill('SIGKILL')),
    async heal() {
      await Promise.all(fleet.replicas.map(({ exited }) => exited));
      await Promise.all(fleet.replicas.map((_, place) => fleet.startReplica(place)));
    },
  });

  it('loses, doubles, forks and revives nothing that was acknowledged', () => {
    // Its own memory is where the embedded one keeps scans, states and codes.
    const forgotten = backend.name === 'embedded' ? expect.any(Array) : [];
    for (const { damage } of outages) expect(damage).toEqual({ ...unharmed, forgotten });
  });

  it('was killed while people used it, and serves them again', () => {
    for (const { requests, firstLoginMs } of outages) {
      const { good, unanswered, otherErrors } = requests.tally();
      expect([good > 0, unanswered > 0, otherErrors]).toEqual([true, true, 0]);
      expect(firstLoginMs).not.toBeNaN();
    }
  });

  if (backend.name === 'embedded')
    it('leaves its database whole', async () => {
      fleet.replicas[0]!.kill('SIGKILL');
      await fleet.replicas[0]!.exited;
      const Database = createRequire(__filename)('libsql') as new (path: string) => SqliteFile;
      const database = new Database(storage.env.DATABASE_URL!.slice('sqlite:'.length));
      expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
      expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
      database.close();
    });
});
