import { environment } from './platform/config/environment.js';
import { explainFailedStart } from './platform/config/explain-failed-start.js';
import { loadDatabaseConfig } from './platform/config/load-config.js';
import {
  listMigrations,
  newerMigrations,
  revertMigration,
  runMigrations,
  withMigrationDataSource,
} from './platform/database/migrate.js';
import { schema } from './schema.js';

const [command = ''] = process.argv.slice(2);

try {
  const config = loadDatabaseConfig(environment());
  await withMigrationDataSource(config, schema, async (dataSource) => {
    if (command === 'run') report(await runMigrations(dataSource, config), 'applied');
    else if (command === 'revert') report(await revertMigration(dataSource, config), 'reverted');
    else if (command !== 'show') return refuse();
    for (const { name, applied } of await listMigrations(dataSource))
      console.log(`[${applied ? 'x' : ' '}] ${name}`);
    for (const name of await newerMigrations(dataSource)) console.log(`[x] ${name} (of a newer version)`);
  });
} catch (error) {
  process.exitCode = explainFailedStart(error);
}

function report(names: string[], verb: string): void {
  console.log(names.length === 0 ? `nothing ${verb}` : `${verb}: ${names.join(', ')}`);
}

function refuse(): void {
  console.error('usage: migrate run | revert | show');
  process.exitCode = 64;
}
