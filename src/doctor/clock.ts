import { found } from './conditions.js';
import { good, type Finding } from './finding.js';

const toleratedMs = 5_000;
const harmfulMs = 60_000;

const names = {
  'clock-wechat': { zh: '微信', en: 'WeChat' },
  'clock-database': { zh: '数据库', en: 'the database' },
  'clock-redis': { zh: 'Redis', en: 'Redis' },
};

/** A moment that somebody else told, between the two moments of ours at which we asked and had the answer. */
export interface ToldTime {
  toldMs: number;
  askedMs: number;
  answeredMs: number;
}

/** Whether this machine's clock agrees with another. */
export function compareClocks(id: keyof typeof names, { toldMs, askedMs, answeredMs }: ToldTime): Finding {
  const differenceMs = (askedMs + answeredMs) / 2 - toldMs;
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  const { zh, en } = names[id];
  if (Math.abs(differenceMs) <= toleratedMs)
    return good(id, { zh: `时钟与${zh}一致`, en: `The clock agrees with that of ${en}` });
  const direction = differenceMs > 0 ? { zh: '快', en: 'ahead of' } : { zh: '慢', en: 'behind' };
  return found(id, { seconds, direction }, Math.abs(differenceMs) > harmfulMs ? 'fail' : 'warn');
}
