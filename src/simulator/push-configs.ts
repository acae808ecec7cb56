import type { PushFormat } from './push-text.js';

export const pushModes = ['plain', 'compatible', 'secure'] as const;
export const pushFormats = ['xml', 'json'] as const;

/** Where and how WeChat pushes an app's messages. */
export interface PushConfig {
  url: string;
  token: string;
  /** 43 characters; there in every mode but `plain`. */
  encodingAesKey?: string;
  mode: (typeof pushModes)[number];
  format: PushFormat;
}

/** The push configuration of each app that has one. */
export class PushConfigs {
  private readonly configs = new Map<string, PushConfig>();

  constructor(apps: readonly { appId: string; push?: PushConfig }[]) {
    for (const { appId, push } of apps) if (push) this.set(appId, push);
  }

  set(appId: string, config: PushConfig): void {
    this.configs.set(appId, config);
  }

  of(appId: string): PushConfig | undefined {
    return this.configs.get(appId);
  }
}
