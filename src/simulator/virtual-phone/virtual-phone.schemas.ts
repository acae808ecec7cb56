import { z } from 'zod';

const person = z.string().min(1).max(64);

export const linkRequest = z.strictObject({ link: z.string().min(1).max(2048) });

export const personRequest = z.strictObject({ person });

export const qrDecision = z.strictObject({
  uuid: z.string(),
  decision: z.enum(['scan', 'confirm', 'cancel']),
  person,
});
