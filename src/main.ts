import { createApp } from './app.js';
import type { Config } from './platform/config/config.js';
import { environment } from './platform/config/environment.js';
import { explainFailedStart } from './platform/config/explain-failed-start.js';
import { loadConfig } from './platform/config/load-config.js';
import { listen } from './platform/http/listen.js';
import { standardOutput } from './platform/observability/standard-output.js';
import { startTracing } from './platform/observability/start-tracing.js';

try {
  const config = loadConfig(environment());
  await startTracing(config);
  const app = await createApp(config);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await listen(app, config);
  announce(config);
} catch (error) {
  // Connections that are already open would keep a process alive that serves nobody.
  process.exit(explainFailedStart(error));
}

/** After what was logged before, on the same way. */
function announce(config: Config): void {
  if (config.log.format !== 'pretty') return;
  const say = (text: string) => standardOutput().write(`${text}\n`);
  say(`\n  wxpass  ${config.publicUrl}`);
  if (config.docs) say(`  API     ${config.publicUrl}/docs`);
  if (config.simulator) {
    say(`\n  The simulator plays WeChat, no account is needed: open this and click to log in.`);
    say(`  微信由模拟器扮演，无需账号：打开下面的地址，点击即可登录。\n`);
    say(`    ${config.publicUrl}/simulator\n`);
  }
}
