import { guarded } from '../../../src/doctor/guard.js';
import { examineDataFolder, examineNode } from '../../../src/doctor/host.js';
import type { Provocation } from './provocation.js';

const mebibytes = (count: number) => async () => count * 1024 * 1024;

export const hostProvocations: Provocation[] = [
  {
    condition: 'node-version',
    how: 'the check is told Node 18.20.4',
    examine: () => [examineNode('18.20.4')],
  },
  {
    condition: 'data-folder-not-writable',
    how: 'DATABASE_URL names a file below /dev/null',
    provoke: () => ({ DATABASE_URL: 'sqlite:/dev/null/wxpass.db' }),
  },
  {
    condition: 'disk-full',
    how: 'a file system that says it has 3 MiB left (fake)',
    examine: async () => [await examineDataFolder('.', mebibytes(3))],
  },
  {
    condition: 'disk-nearly-full',
    how: 'a file system that says it has 200 MiB left (fake)',
    examine: async () => [await examineDataFolder('.', mebibytes(200))],
  },
  {
    condition: 'secret-file-open',
    how: 'ENCRYPTION_KEYS_FILE names a file of mode 644',
    provoke: async (world) => ({
      ENCRYPTION_KEYS_FILE: await world.file(world.env.ENCRYPTION_KEYS!, 0o644),
      ENCRYPTION_KEYS: '',
    }),
  },
  {
    condition: 'check-failed',
    how: 'a check that never ends (fake)',
    examine: () => guarded('forever', () => new Promise(() => undefined), 20),
  },
];
