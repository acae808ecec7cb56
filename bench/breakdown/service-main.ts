// The whole service with a stopwatch at the parts of a login, as a process of its own.
import type { INestApplication } from '@nestjs/common';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { KeyValueStore } from '../../src/platform/store/key-value-store.js';
import { AccessTokens } from '../../src/session/access-tokens.service.js';
import { Sessions } from '../../src/session/sessions.service.js';
import { Identities } from '../../src/users/identities.service.js';
import { Users } from '../../src/users/users.service.js';
import { WechatApi } from '../../src/wechat/wechat-api.js';
import { announcePort, answerParent } from '../child.js';
import { parts } from './parts.js';
import { Stopwatch } from './stopwatch.js';

const config = loadConfig(process.env);
const app = await createApp(config);
const stopwatch = new Stopwatch();
watchService(stopwatch, app);
answerParent(() => stopwatch.take());
await app.listen(0, config.host);
announcePort(app.getHttpServer());

function watchService(stopwatch: Stopwatch, app: INestApplication): void {
  const any = { strict: false };
  stopwatch.watch(app.get(KeyValueStore, any), 'slide', parts.throttle);
  stopwatch.watch(app.get(WechatApi, any), 'codeToSession', parts.wechat);
  stopwatch.watch(app.get(Identities, any), 'identify', parts.identity);
  stopwatch.watch(app.get(Users, any), 'admit', parts.user);
  stopwatch.watch(app.get(Sessions, any), 'open', parts.session);
  stopwatch.watch(app.get(AccessTokens, any), 'issue', parts.sign);
}
