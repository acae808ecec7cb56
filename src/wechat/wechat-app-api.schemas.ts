import { z } from 'zod';
import { codeToSessionSchema } from './wechat-api.schemas.js';

const { openid, unionid } = codeToSessionSchema.shape;

/** A number in some of WeChat's samples. */
const countryCode = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,4}$/));

/** The answer to a phone-number code; purePhoneNumber never has the country code. */
export const phoneNumberSchema = z.object({
  phone_info: z.object({
    purePhoneNumber: z.string().min(1).max(32),
    countryCode,
    watermark: z.object({ appid: z.string() }),
  }),
});

/** The answer about a follower; of a stranger only `subscribe` 0 and the openid. */
export const followerSchema = z.object({
  subscribe: z.coerce.number().int(),
  openid,
  unionid,
});

/** The answer to the creation of a QR code with a scene. */
export const sceneQrSchema = z.object({
  ticket: z.string().min(1).max(512),
  expire_seconds: z.coerce.number().int().min(1),
  url: z.url({ protocol: /^https?$/ }).max(512),
});
