import { z } from 'zod';
import { pushFormats, pushModes } from './push-configs.js';
import { accountEvents, privacyEvents, privacyQuirks } from './push-events.js';

const appId = z.string().min(1);
const person = z.string().min(1).max(64).default('ada');
const sceneStr = z.string().min(1).max(64);

export const pushConfigRequest = z
  .strictObject({
    appId,
    url: z.url({ protocol: /^https?$/ }),
    token: z.string().regex(/^[A-Za-z0-9]{3,32}$/, { error: '3 to 32 letters and digits' }),
    encodingAesKey: z
      .string()
      .regex(/^[A-Za-z0-9]{43}$/, { error: '43 letters and digits' })
      .optional(),
    mode: z.enum(pushModes),
    format: z.enum(pushFormats),
  })
  .refine(({ mode, encodingAesKey }) => mode === 'plain' || encodingAesKey !== undefined, {
    path: ['encodingAesKey'],
    error: 'wanted in every mode but plain',
  });

export const pushVerification = z.strictObject({ appId });

const accountEvent = z.strictObject({
  event: z.enum(accountEvents),
  person,
  sceneStr: sceneStr.optional(),
});

const privacyEvent = z.strictObject({
  event: z.enum(privacyEvents),
  person,
  revokeInfo: z.string().optional(),
  quirk: z.enum(privacyQuirks).optional(),
});

/** Any message by its fields; `person` is who sends it. */
const freeMessage = z
  .record(z.string().regex(/^ ?[A-Za-z_]\w* ?$/), z.union([z.string(), z.number()]))
  .refine((message) => !('event' in message), { error: 'not an event that is known' });

export const pushOrder = z.strictObject({
  appId,
  message: z.union([accountEvent, privacyEvent, freeMessage]),
  deliveries: z.int().min(1).max(10).optional(),
  insist: z.boolean().optional(),
  badSignature: z.boolean().optional(),
  wrongAppId: z.boolean().optional(),
  stale: z.boolean().optional(),
});

export type PushOrder = z.output<typeof pushOrder>['message'];

export const scanRequest = z
  .strictObject({
    ticket: z.string().min(1).optional(),
    sceneStr: sceneStr.optional(),
    appId: appId.optional(),
    person,
  })
  .refine(({ ticket, sceneStr }) => (ticket === undefined) !== (sceneStr === undefined), {
    path: ['ticket'],
    error: 'name either the ticket or the sceneStr',
  });
