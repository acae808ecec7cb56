import { createHash, randomInt } from 'node:crypto';
import type { Replica, RunningService } from './start-service.js';
import { appOf, otherMiniProgram } from './start-simulator.js';

export const pushToken = 'pushtoken';
export const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

/** Takes pushes in plain mode. */
export const plainApp = appOf('mini-program');
/** Takes sealed pushes alone. */
export const sealedApp = appOf('official-account');
/** Takes plain pushes of a website's people. */
export const websiteApp = appOf('website');
/** Has no push token. */
export const deafApp = otherMiniProgram;

/** The apps with what they need for pushes. */
export const pushEnv = {
  WECHAT_APPS: JSON.stringify(
    [plainApp, sealedApp, websiteApp, appOf('mobile'), deafApp].map(({ kind, appId, appSecret }) => ({
      kind,
      appId,
      appSecret,
      ...(appId !== deafApp.appId && { pushToken }),
      ...(appId === sealedApp.appId && { encodingAesKey }),
    })),
  ),
};

export interface PushWay {
  appId: string;
  mode: 'plain' | 'compatible' | 'secure';
  format: 'xml' | 'json';
}

interface Delivery {
  status: number | null;
  body: string | null;
  accepted: boolean;
}

/** Lets the simulated WeChat push to a replica. */
export function pushingTo(service: RunningService, { base }: Replica = service) {
  const control = async (method: string, path: string, body: object) => {
    const response = await fetch(`${service.simulator.url}/control/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as any;
    if (!response.ok) throw new Error(`the simulator refused: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    configure: ({ appId, mode, format }: PushWay, token = pushToken) =>
      control('PUT', 'push', {
        appId,
        url: `${base}/wechat/push/${appId}`,
        token,
        ...(mode !== 'plain' && { encodingAesKey }),
        mode,
        format,
      }),
    verify: (appId: string): Promise<{ ok: boolean; status: number; body: string }> =>
      control('POST', 'push/verify', { appId }),
    send: async (appId: string, message: object, options: object = {}): Promise<Delivery[]> =>
      (await control('POST', 'push/messages', { appId, message, ...options })).deliveries,
  };
}

/** A plain push as WeChat signs it, for what the simulator does not send. */
export function signedPush(appId: string, { token = pushToken, ageSeconds = 0 } = {}): string {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds);
  const nonce = String(randomInt(1e9));
  const signature = createHash('sha1').update([token, timestamp, nonce].sort().join('')).digest('hex');
  return `/wechat/push/${appId}?${new URLSearchParams({ signature, timestamp, nonce }).toString()}`;
}

let count = 0;

/** A privacy event, each unlike all before. */
export function privacyEvent(event: string, openid: string | undefined, revokeInfo?: string): string {
  const fields = {
    ToUserName: 'gh_0123456789ab',
    FromUserName: `oPlatformPushUser${(count += 1)}`,
    CreateTime: String(Math.floor(Date.now() / 1000)),
    MsgType: 'event',
    Event: event,
    ...(openid !== undefined && { OpenID: openid }),
    ...(revokeInfo !== undefined && { RevokeInfo: revokeInfo }),
  };
  const elements = Object.entries(fields).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`);
  return `<xml>${elements.join('')}</xml>`;
}
