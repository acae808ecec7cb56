import { riskVariables } from './risk-variables.js';
import { serviceVariables } from './service-variables.js';
import { storageVariables } from './storage-variables.js';
import { tokenVariables } from './token-variables.js';
import type { Values } from './variable.js';
import { wechatVariables } from './wechat-variables.js';

/** Every variable the service reads, in the order `.env.example` lists them. */
export const variableGroups = {
  Service: serviceVariables,
  Storage: storageVariables,
  WeChat: wechatVariables,
  'Tokens and sessions': tokenVariables,
  Risk: riskVariables,
};

export const variables = {
  ...serviceVariables,
  ...storageVariables,
  ...wechatVariables,
  ...tokenVariables,
  ...riskVariables,
};

/** What all of them parse to. */
export type Settings = Values<typeof variables>;
