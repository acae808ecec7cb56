import type { Quota } from './server-settings.js';

/** What WeChat, or the app's own administrator, has decided about an app. */
export interface AppState {
  /** The AppSecret is frozen. */
  frozen: boolean;
  /** The account is banned. */
  banned: boolean;
  /** The addresses that may ask for a token; null: any. */
  ipWhitelist: readonly string[] | null;
  /** By the path of the call, before the quotas of the settings. */
  quotas: Readonly<Record<string, Quota>>;
  /** The pages of the published mini program; null: any. */
  pages: readonly string[] | null;
}

/** What is decided about each app; nothing bad where nothing was said. */
export class AppStates {
  private readonly states = new Map<string, AppState>();

  constructor(apps: readonly { appId: string; ipWhitelist?: readonly string[] | null }[]) {
    for (const { appId, ipWhitelist = null } of apps) this.change(appId, { ipWhitelist });
  }

  of(appId: string): AppState {
    return (
      this.states.get(appId) ?? { frozen: false, banned: false, ipWhitelist: null, quotas: {}, pages: null }
    );
  }

  /** Changes what is given and returns all of it. */
  change(appId: string, change: Partial<AppState>): AppState {
    const state = { ...this.of(appId), ...change };
    this.states.set(appId, state);
    return state;
  }
}
