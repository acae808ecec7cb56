import { Logger, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { AdminCommandsModule } from './admin/commands/admin-commands.module.js';
import { AdminCommands } from './admin/commands/admin-commands.service.js';
import { readCommandLine, type AdminCommand } from './admin/commands/command-line.js';
import type { Outcome } from './admin/commands/outcome.js';
import { exits, refusedIn, Refusal } from './admin/commands/refusal.js';
import { Terminal } from './admin/commands/terminal.js';
import { usage } from './admin/commands/usage.js';
import { Config } from './platform/config/config.js';
import { environment } from './platform/config/environment.js';
import { explainFailedStart } from './platform/config/explain-failed-start.js';
import { loadConfig } from './platform/config/load-config.js';
import { openDatabase } from './platform/database/migrate.js';
import { AppError } from './platform/errors/app-error.js';
import { toAppError } from './platform/http/to-app-error.js';
import { createLoggers, NestLogger } from './platform/observability/logger.js';
import { Metrics } from './platform/observability/metrics.js';
import { schema } from './schema.js';

const { command, language, json, help } = readCommandLine(process.argv.slice(2), process.env);

if (command) process.exitCode = await carryOut(command);
else {
  (help ? process.stdout : process.stderr).write(usage[language]);
  process.exitCode = help ? exits.done : exits.usage;
}

/** The exit code. */
async function carryOut(wanted: AdminCommand): Promise<number> {
  const asker = { terminal: new Terminal(process.stdin, process.stderr), language };
  try {
    const { data, words } = await withServices((commands) => commands.run(wanted, asker));
    console.log(json ? JSON.stringify(data) : words[language]);
    return exits.done;
  } catch (error) {
    return error instanceof Refusal || error instanceof AppError ? refuse(error) : fail(error);
  }
}

function refuse(error: Refusal | AppError): number {
  const refused = refusedIn(language, error);
  if (json) console.log(JSON.stringify(refused));
  else console.error(refused.message);
  return error instanceof Refusal ? error.exit : exits.refused;
}

/** Whoever reads stderr learns what an error of the API never says. */
function fail(error: unknown): number {
  const exit = explainFailedStart(error);
  if (json && exit === exits.refused) console.log(JSON.stringify(refusedIn(language, toAppError(error))));
  return exit;
}

/** Resolves once all that was done is written, and the replicas are told. */
async function withServices(work: (commands: AdminCommands) => Promise<Outcome>): Promise<Outcome> {
  const config = loadConfig(environment());
  const logger = quietLogger();
  Logger.overrideLogger(logger);
  const dataSource = await openDatabase(config.database, schema);
  let app: INestApplicationContext | undefined;
  try {
    app = await assemble(config, dataSource, logger);
    return await work(app.get(AdminCommands));
  } finally {
    await app?.close();
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/**
 * Never initialised: the hooks of a start would make first keys and the first administrator, and take up the chores that
 * the replicas do. The adapter opens no port; Nest gives no uninitialised application without one.
 */
function assemble(config: Config, dataSource: DataSource, logger: NestLogger) {
  const providers = [
    { provide: Config, useValue: config },
    { provide: DataSource, useValue: dataSource },
    Metrics,
  ];
  const root = {
    module: AdminCommandsModule,
    global: true,
    providers,
    exports: [Config, DataSource, Metrics],
  };
  return NestFactory.create(root, new FastifyAdapter(), { logger, abortOnError: false });
}

/** Beside the answer, which machines read. */
function quietLogger(): NestLogger {
  const { application } = createLoggers({ log: { level: 'warn', format: 'json' } }, process.stderr);
  return new NestLogger(application);
}
