import { z } from 'zod';
import type { Language } from '../platform/errors/app-error.js';
import { isoTime } from '../platform/http/iso-time.js';
import { deviceNameOf } from './device-name.js';
import type { SessionEntity } from './session.entity.js';

/** What a client said of its device. */
export const deviceView = z.object({
  id: z.string().nullable().describe('As the client called it'),
  type: z.string().describe('mobile, web, desktop, mini-program or other'),
  name: z.string().nullable().describe('As the client called it; in a list else after its user agent'),
});

/** A session as its owner sees it. */
export const sessionView = z.object({
  id: z.string().describe('As `sid` in the access token'),
  current: z.boolean().describe('Whether it is the one that asks'),
  device: deviceView,
  address: z.string().describe('From where it was used last'),
  createdAt: z.iso.datetime().describe('When the login was'),
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
