import type { Floor } from '../floor/floor.js';
import type { Stopwatch } from './stopwatch.js';

/** The parts of a login, one after the other; none holds another. */
export const parts = {
  throttle: 'throttle (Redis)',
  wechat: 'WeChat call',
  identity: 'identity and user lookup',
  user: 'user update',
  session: 'session insert',
  sign: 'token sign',
};

export function watchFloor(stopwatch: Stopwatch, floor: Floor): void {
  stopwatch.watch(floor.wires, 'slide', parts.throttle);
  stopwatch.watch(floor, 'exchange', parts.wechat);
  stopwatch.watch(floor.users, 'identify', parts.identity);
  stopwatch.watch(floor.users, 'admit', parts.user);
  stopwatch.watch(floor.sessions, 'open', parts.session);
  stopwatch.watch(floor.tokens, 'issue', parts.sign);
}
