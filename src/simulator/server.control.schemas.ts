import { z } from 'zod';

const quota = z.strictObject({
  perDay: z.int().min(0).optional(),
  perMinute: z.int().min(0).optional(),
});

export const appStateRequest = z.strictObject({
  appId: z.string(),
  frozen: z.boolean().optional(),
  banned: z.boolean().optional(),
  ipWhitelist: z.array(z.string()).nullable().optional(),
  quotas: z.record(z.string().startsWith('/'), quota).optional(),
  pages: z.array(z.string()).nullable().optional(),
});

export const phoneCodeRequest = z.strictObject({
  appId: z.string().optional(),
  person: z.string().min(1).max(64).default('ada'),
  phoneNumber: z
    .string()
    .regex(/^\d{4,15}$/, { error: 'digits, without the country code' })
    .optional(),
  countryCode: z
    .string()
    .regex(/^\d{1,4}$/)
    .default('86'),
});

const fields = z.record(z.string(), z.json());

export const encryptedDataRequest = z.strictObject({
  appId: z.string().optional(),
  person: z.string().min(1).max(64).default('ada'),
  kind: z.enum(['profile', 'phone']),
  which: z.enum(['current', 'previous']).default('current'),
  data: fields.default({}),
  watermark: fields.default({}),
});
