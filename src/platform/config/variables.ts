import { accountVariables } from './account-variables.js';
import { riskVariables } from './risk-variables.js';
import { serviceVariables } from './service-variables.js';
import { storageVariables } from './storage-variables.js';
import { tokenVariables } from './token-variables.js';
import { tracingVariables } from './tracing-variables.js';
import type { Values } from './variable.js';
import { wechatVariables } from './wechat-variables.js';

/** Every variable the service reads, in the order `.env.example` lists them. */
export const variableGroups = {
  Service: serviceVariables,
  Storage: storageVariables,
  WeChat: wechatVariables,
  'Tokens and sessions': tokenVariables,
  Accounts: accountVariables,
  Risk: riskVariables,
  Tracing: tracingVariables,
};

export const variables = {
  ...serviceVariables,
  ...storageVariables,
  ...wechatVariables,
  ...tokenVariables,
  ...accountVariables,
  ...riskVariables,
  ...tracingVariables,
};

/** What all of them parse to. */
export type Settings = Values<typeof variables>;
