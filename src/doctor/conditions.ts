import { appsAndSecretsConditions } from './conditions/apps-and-secrets.js';
import { clockConditions } from './conditions/clock.js';
import { databaseConditions } from './conditions/database.js';
import { deploymentConditions } from './conditions/deployment.js';
import { hostConditions } from './conditions/host.js';
import { keyConditions } from './conditions/keys.js';
import { publicUrlConditions } from './conditions/public-url.js';
import { redisConditions } from './conditions/redis.js';
import { wechatAppConditions } from './conditions/wechat-app.js';
import { wechatConditions } from './conditions/wechat.js';
import { met, type Facts, type Finding } from './finding.js';

/** Every condition the doctor knows, by the groups in which the pages list them; ids are stable. */
export const conditionGroups = {
  host: hostConditions,
  configuration: { ...appsAndSecretsConditions, ...deploymentConditions },
  database: databaseConditions,
  redis: redisConditions,
  clock: clockConditions,
  keys: keyConditions,
  wechat: wechatConditions,
  'wechat-app': wechatAppConditions,
  'public-url': publicUrlConditions,
};

export const conditions = {
  ...hostConditions,
  ...appsAndSecretsConditions,
  ...deploymentConditions,
  ...databaseConditions,
  ...redisConditions,
  ...clockConditions,
  ...keyConditions,
  ...wechatConditions,
  ...wechatAppConditions,
  ...publicUrlConditions,
};

export type ConditionName = keyof typeof conditions;

/** A condition was met. @param as where it is worse or better than it mostly is */
export function found(name: ConditionName, facts: Facts = {}, as?: 'warn' | 'fail'): Finding {
  return met(name, conditions[name], facts, as);
}
