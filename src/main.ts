import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { createApp } from './app.js';
import type { Config } from './platform/config/config.js';
import { ConfigError, loadConfig } from './platform/config/load-config.js';
import { describeError } from './platform/observability/describe-error.js';

const exitConfig = 78;

try {
  const config = loadConfig(environment());
  const app = await createApp(config);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(config.port, config.host);
  announce(config);
} catch (error) {
  process.exitCode = explain(error);
}

/** `.env` gives what the environment does not; production reads no file. */
function environment(): NodeJS.ProcessEnv {
  if (process.env.NODE_ENV === 'production') return process.env;
  try {
    return { ...parseEnv(readFileSync('.env', 'utf8')), ...process.env };
  } catch {
    return process.env;
  }
}

function announce(config: Config): void {
  for (const warning of config.warnings) console.warn(`wxpass: ${warning}`);
  if (config.log.format !== 'pretty') return;
  console.log(`\n  wxpass  ${config.publicUrl}`);
  if (config.docs) console.log(`  API     ${config.publicUrl}/docs`);
  if (config.simulator) {
    console.log(`  WeChat is played by the simulator, no account is needed. A first login (首次登录):\n`);
    console.log(
      `    curl -s ${config.publicUrl}/simulator/control/codes --json '{"kind":"mini-program","person":"ada"}'`,
    );
    console.log(
      `    curl -s ${config.publicUrl}/api/v1/auth/wechat/mini-program --json '{"code":"<code>"}'\n`,
    );
  }
}

/** Says what is wrong in words an operator can act on; the exit code tells a mistake from an outage. */
function explain(error: unknown): number {
  if (error instanceof ConfigError) {
    console.error(`wxpass cannot start, the configuration has ${error.faults.length} fault(s):`);
    for (const { variable, problem, example } of error.faults) {
      console.error(`  ${variable} ${problem}\n    example: ${example}`);
    }
    return exitConfig;
  }
  const { type, message, code, stack } = describeError(error);
  console.error(`wxpass cannot start: ${code ?? type}: ${message}\n${stack ?? ''}`);
  return 1;
}
