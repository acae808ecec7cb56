// The floor as a process of its own: what the same work costs without a framework.
import { answerParent, serveParent } from '../child.js';
import { Stopwatch } from '../breakdown/stopwatch.js';
import { watchFloor } from '../breakdown/parts.js';
import { Floor } from './floor.js';
import { createFloorServer } from './server.js';
import { Tokens } from './tokens.js';
import { Wires } from './wires.js';

const { DATABASE_URL, REDIS_URL, WECHAT_API_URL, FLOOR_REMEMBERS, FLOOR_TIMED } = process.env;

const wires = new Wires({
  databaseUrl: DATABASE_URL!,
  redisUrl: REDIS_URL!,
  wechatUrl: WECHAT_API_URL!,
});
const tokens = new Tokens(FLOOR_REMEMBERS === 'true');
const floor = new Floor(wires, tokens);

if (FLOOR_TIMED === 'true') {
  const stopwatch = new Stopwatch();
  watchFloor(stopwatch, floor);
  answerParent(() => stopwatch.take());
}
serveParent(createFloorServer(floor));
