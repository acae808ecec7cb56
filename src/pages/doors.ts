import type { WechatApp, WechatAppKind } from '../platform/config/wechat-app.js';
import type { Door, DoorKind, PageData } from './page-data.js';

const kinds: DoorKind[] = ['website', 'official-account', 'mini-program'];

/** The doors that a page can open. Of several apps of a kind it is the one that was asked for, else the first. */
export function doorsOf(apps: readonly WechatApp[], wanted?: string): PageData['doors'] {
  const found = kinds.map((kind) => [kind, doorOf(apps, kind, wanted)] as const);
  return Object.fromEntries(found.filter(([, door]) => door !== undefined));
}

function doorOf(apps: readonly WechatApp[], wantedKind: WechatAppKind, wanted?: string): Door | undefined {
  const candidates = apps.filter(({ kind }) => kind === wantedKind);
  const app = candidates.find(({ appId }) => appId === wanted) ?? candidates[0];
  if (!app) return undefined;
  return candidates.length > 1 ? { appId: app.appId } : {};
}
