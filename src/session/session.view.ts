import { z } from 'zod';
import type { Language } from '../platform/errors/app-error.js';
import { isoTime } from '../platform/http/iso-time.js';
import { deviceNameOf } from './device-name.js';
import type { SessionEntity } from './session.entity.js';

/** A session as its owner sees it. */
export const sessionView = z.object({
  id: z.string(),
  current: z.boolean(),
  device: z.object({ id: z.string().nullable(), type: z.string(), name: z.string().nullable() }),
  address: z.string(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime().describe('Exact to a minute'),
  via: z.string().describe('The door: mini-program, website, official-account, mobile or password'),
});

export type SessionView = z.infer<typeof sessionView>;

export function toSessionView(
  session: SessionEntity,
  currentId: string | undefined,
  language: Language,
): SessionView {
  return {
    id: session.id,
    current: session.id === currentId,
    device: {
      id: session.deviceId,
      type: session.deviceType,
      name: session.deviceName ?? deviceNameOf(session.userAgent, language),
    },
    address: session.address,
    createdAt: isoTime(session.createdAt),
    lastSeenAt: isoTime(session.lastSeenAt),
    via: session.via,
  };
}
