import { createHash } from 'node:crypto';
import type { AppKind, SimulatedApp } from './apps.js';
import { openidOf, unionidOf, type Person } from './people.js';
import type { PushMessage } from './push-text.js';
import type { Simulation } from './simulation.js';

export const accountEvents = ['SCAN', 'subscribe', 'unsubscribe'] as const;
export const privacyEvents = [
  'user_info_modified',
  'user_authorization_revoke',
  'user_authorization_cancellation',
] as const;
export const privacyQuirks = ['spaces', 'lower-case', 'no-openid'] as const;

export interface AccountEvent {
  event: (typeof accountEvents)[number];
  person: Person;
  /** The scene of the QR code that was scanned; empty without one. */
  scene: string;
}

export interface PrivacyEvent {
  event: (typeof privacyEvents)[number];
  person: Person;
  /** What consent was withdrawn; nickname and avatar, or everything, where omitted. */
  revokeInfo?: string;
  /** A way in which such events were seen to differ from their documentation. */
  quirk?: (typeof privacyQuirks)[number];
}

/** In whose name privacy events come: not the affected person's. */
const platformUser = 'oPlatformPushUser00000000000';

const usualRevokeInfo: Record<AppKind, string> = {
  'mini-program': '6',
  'official-account': '205',
  website: '301',
  mobile: '301',
};

/** The message of an event about a follower (公众号文档 › 接收事件推送). */
export function accountMessage(
  { sceneTickets, settings, now }: Simulation,
  app: SimulatedApp,
  { event, person, scene }: AccountEvent,
): PushMessage {
  const message = eventOf(app, openidOf(person, app.appId), event, now());
  if (event === 'unsubscribe') return message;
  if (scene === '') return settings.plainEventKey === 'empty' ? { ...message, EventKey: '' } : message;
  const { ticket } = sceneTickets.ofScene(app.appId, scene) ?? sceneTickets.create(app.appId, scene, 60);
  return { ...message, EventKey: event === 'subscribe' ? `qrscene_${scene}` : scene, Ticket: ticket };
}

/** The message of an event about a person's consent (小程序文档 › 授权用户信息变更). */
export function privacyMessage(
  { settings, now }: Simulation,
  app: SimulatedApp,
  { event, person, revokeInfo = usualRevokeInfo[app.kind], quirk }: PrivacyEvent,
): PushMessage {
  const openid = openidOf(person, app.appId);
  const unionid =
    settings.privacyUnionid && app.openPlatform ? unionidOf(person, app.openPlatform) : undefined;
  const message = {
    ...eventOf(app, platformUser, event, now()),
    OpenID: openid,
    ...(unionid && { UnionID: unionid }),
    AppID: app.appId,
    ...(event === 'user_authorization_revoke' && { RevokeInfo: revokeInfo }),
  };
  return quirk ? quirks[quirk](message) : message;
}

const quirks: Record<(typeof privacyQuirks)[number], (message: PushMessage) => PushMessage> = {
  spaces: ({ OpenID, ...others }) => ({ ...others, ' OpenID': ` ${OpenID}` }),
  'lower-case': ({ OpenID = '', AppID = '', ToUserName, ...others }) => ({
    ToUserName: String(ToUserName).replace('gh_', 'gh_SDK_'),
    ...others,
    openid: OpenID,
    appid: AppID,
  }),
  'no-openid': ({ OpenID: _, ...others }) => others,
};

/** The account's original id (原始 ID): `gh_` and 12 hex digits, always the same. */
export function accountIdOf({ appId }: SimulatedApp): string {
  return `gh_${createHash('sha256').update(`account ${appId}`).digest('hex').slice(0, 12)}`;
}

function eventOf(app: SimulatedApp, from: string, event: string, now: number): PushMessage {
  return {
    ToUserName: accountIdOf(app),
    FromUserName: from,
    CreateTime: Math.floor(now / 1000),
    MsgType: 'event',
    Event: event,
  };
}
