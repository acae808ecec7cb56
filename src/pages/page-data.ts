import type { PageLanguage } from './words.js';

/** Where somebody looks at the page, which says how WeChat can be reached. */
export type Place = 'computer' | 'wechat' | 'mobile';

/** A way in that is configured; `appId` only where the service must be told which of several apps. */
export interface Door {
  appId?: string;
}

export type DoorKind = 'website' | 'official-account' | 'mini-program';

/**
 * What the HTML tells its script; nothing in it is secret. While replicas are replaced the script may be the one of the
 * version before or after: what comes new is optional, and nothing changes its meaning.
 */
export interface PageData {
  page: 'login' | 'confirm';
  language: PageLanguage;
  /** What stands before each path of the service, without a slash at its end. */
  basePath: string;
  place: Place;
  doors: Partial<Record<DoorKind, Door>>;
  /** Whether people may make accounts with a password; those that there are may always log in. */
  registration: boolean;
  /** Where the login ends, an absolute URL that was found to be allowed; else at this page. */
  returnTo?: string;
  codeChallenge?: string;
  /** What is to be asked of people in WeChat, where it was said. */
  scope?: 'snsapi_base' | 'snsapi_userinfo';
  /** The HTML says already how the last login failed. */
  hasError: boolean;
  /** Of the confirm page, where its form is possible. */
  scanId?: string;
}
