import fastifyCookie from '@fastify/cookie';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { Config } from './platform/config/config.js';
import { ConfigError } from './platform/config/config-error.js';
import type { WechatApp } from './platform/config/wechat-app.js';
import { openDatabase } from './platform/database/migrate.js';
import { serveDocs } from './platform/http/docs.js';
import { collectRoutes, createAdapter, refuseOtherMethods, registerCors } from './platform/http/server.js';
import { createLoggers, NestLogger } from './platform/observability/logger.js';
import { Metrics } from './platform/observability/metrics.js';
import { tellLostLines } from './platform/observability/tell-lost-lines.js';
import { servePages } from './pages/pages.js';
import { schema } from './schema.js';
import { serveVerifyFiles } from './wechat/verify-files.js';
import type { SimulatedApp } from './simulator/simulator.plugin.js';

/**
 * The whole service, ready to listen: what main runs and what every end-to-end test runs.
 * @throws ConfigError where the configuration and what it names do not fit together, StartFault where what it names cannot
 * be used
 */
export async function createApp(given: Config): Promise<NestFastifyApplication> {
  const simulation = given.simulator ? await loadSimulator() : undefined;
  const config = withSimulatedApps(given, simulation?.simulatedApps);
  const loggers = createLoggers(config);
  const nestLogger = new NestLogger(loggers.application);
  Logger.overrideLogger(nestLogger);
  for (const warning of config.warnings) nestLogger.warn(warning, 'Configuration');
  const dataSource = await openDatabase(config.database, schema);
  const metrics = new Metrics();
  metrics.watchProcess();
  tellLostLines(loggers.application, metrics);
  const adapter = createAdapter(config, loggers.access, metrics);
  const server = adapter.getInstance<FastifyInstance>();
  await server.register(fastifyCookie);
  await registerCors(server, config.corsOrigins);
  if (simulation) {
    await server.register(simulation.simulator, {
      prefix: '/simulator',
      apps: boundApps(config),
      service: ownPlace,
    });
  }
  const routes = collectRoutes(server);
  serveVerifyFiles(server, config.wechat.verifyFiles);
  let app: NestFastifyApplication | undefined;
  try {
    await servePages(server, config);
    app = await NestFactory.create<NestFastifyApplication>(rootModule(config, dataSource, metrics), adapter, {
      logger: nestLogger,
      bodyParser: false,
      abortOnError: false,
    });
    if (config.docs) serveDocs(app);
    await app.init();
    refuseOtherMethods(server, routes);
    await server.ready();
    return app;
  } catch (error) {
    await app?.close();
    if (dataSource.isInitialized) await dataSource.destroy();
    throw error;
  }
}

/**
 * Loaded where it is asked for alone: the image for production has none.
 * @throws ConfigError there
 */
async function loadSimulator() {
  try {
    return await import('./simulator/simulator.plugin.js');
  } catch (error) {
    throw isAbsentSimulator(error) ? new ConfigError([noSimulator]) : error;
  }
}

function isAbsentSimulator(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && /^Cannot find module '[^']*simulator\.plugin\.js'/.test(message);
}

const noSimulator = {
  variable: 'SIMULATOR',
  problem:
    'is on, as it is outside production where no WeChat app is configured, but the simulator is no part of this image: ' +
    'configure a WeChat app, or take the image target trial',
  example:
    'WECHAT_MINI_PROGRAM_APP_ID=… and WECHAT_MINI_PROGRAM_APP_SECRET=…, or docker build --target trial',
};

/** What the modules are handed from outside: it was needed before there were any. */
function rootModule(config: Config, dataSource: DataSource, metrics: Metrics) {
  return {
    module: AppModule,
    global: true,
    providers: [
      { provide: Config, useValue: config },
      { provide: DataSource, useValue: dataSource },
      { provide: Metrics, useValue: metrics },
    ],
    exports: [Config, DataSource, Metrics],
  };
}

/** What the simulator's page shows beside its phone. */
const ownPlace = { loginPage: '/', api: '/api/v1' };

/** In the simulated world all apps belong to one open-platform account, so that people have unionids, and push to us. */
function boundApps({ wechat: { apps, apiUrl } }: Config) {
  return apps.map((app) => ({ ...app, openPlatform: 'simulated', push: pushOf(app, apiUrl) }));
}

/** Whoever plays WeChat in this process is asked at this process's own address, and so pushes there. */
function pushOf({ appId, pushToken: token, encodingAesKey }: WechatApp, apiUrl: string) {
  if (token === undefined) return undefined;
  const mode = encodingAesKey === undefined ? ('plain' as const) : ('secure' as const);
  const { href: url } = new URL(`/wechat/push/${appId}`, apiUrl);
  return { url, token, encodingAesKey, mode, format: 'xml' as const };
}

/** Without apps of its own the service plays with those of the simulator. */
function withSimulatedApps(config: Config, simulatedApps: readonly SimulatedApp[] = []): Config {
  if (config.wechat.apps.length > 0) return config;
  const apps = simulatedApps.map(({ kind, appId, appSecret, pushToken, name }) => ({
    kind,
    appId,
    appSecret,
    pushToken,
    name,
  }));
  return new Config({ ...config, wechat: { ...config.wechat, apps } });
}
