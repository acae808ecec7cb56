import { z } from 'zod';

/** Which app of the operator is meant: its AppID, which may be left out where there is but one such app. */
export const wechatAppId = (several = 'of the kind') =>
  z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(`An AppID of WeChat's; needed where several ${several} are configured`);
