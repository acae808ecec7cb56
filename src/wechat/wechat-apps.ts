import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import type { WechatApp, WechatAppKind } from '../platform/config/wechat-app.js';
import { AppError } from '../platform/errors/app-error.js';

/** The WeChat apps the operator configured. */
@Injectable()
export class WechatApps {
  private readonly apps: readonly WechatApp[];

  constructor(config: Config) {
    this.apps = config.wechat.apps;
  }

  /**
   * The app of this kind and id; the id may be left out where only one app of the kind is configured.
   * @throws AppError `unknown_app`
   */
  find(kind: WechatAppKind, appId?: string): WechatApp {
    const candidates = this.apps.filter((app) => app.kind === kind && (appId ?? app.appId) === app.appId);
    const [app] = candidates;
    if (!app || candidates.length > 1) throw new AppError('unknown_app');
    return app;
  }

  /** The app of that id, whatever its kind: no two have the same. */
  named(appId: string): WechatApp | undefined {
    return this.apps.find((app) => app.appId === appId);
  }
}
