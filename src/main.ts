import { createApp } from './app.js';
import type { Config } from './platform/config/config.js';
import { environment } from './platform/config/environment.js';
import { explainFailedStart } from './platform/config/explain-failed-start.js';
import { loadConfig } from './platform/config/load-config.js';

try {
  const config = loadConfig(environment());
  const app = await createApp(config);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(config.port, config.host);
  announce(config);
} catch (error) {
  // Connections that are already open would keep a process alive that serves nobody.
  process.exit(explainFailedStart(error));
}

function announce(config: Config): void {
  if (config.log.format !== 'pretty') return;
  console.log(`\n  wxpass  ${config.publicUrl}`);
  if (config.docs) console.log(`  API     ${config.publicUrl}/docs`);
  if (config.simulator) {
    const post = `curl -s -H 'content-type: application/json' -d`;
    console.log(`  WeChat is played by the simulator, no account is needed. A first login (首次登录):\n`);
    console.log(
      `    ${post} '{"kind":"mini-program","person":"ada"}' ${config.publicUrl}/simulator/control/codes`,
    );
    console.log(`    ${post} '{"code":"<code>"}' ${config.publicUrl}/api/v1/auth/wechat/mini-program\n`);
  }
}
