import type { SimulatedApp } from './apps.js';

const mostCodes = 20;

/** A code that opens a page of a mini program. */
export interface MiniProgramCode {
  readonly app: SimulatedApp;
  readonly scene: string;
  /** Empty for the home page. */
  readonly page: string;
  readonly version: string;
  /** Milliseconds. */
  readonly madeAt: number;
}

/** The mini-program codes made last, oldest first; WeChat's last for ever, these are for the phone to find. */
export class MiniProgramCodes {
  private codes: MiniProgramCode[] = [];

  constructor(private readonly now: () => number) {}

  /** One that is made again counts as new. */
  add(code: Omit<MiniProgramCode, 'madeAt'>): void {
    const others = this.codes.filter((known) => linkOfCode(known) !== linkOfCode(code));
    this.codes = [...others, { ...code, madeAt: this.now() }].slice(-mostCodes);
  }

  list(): readonly MiniProgramCode[] {
    return this.codes;
  }
}

/**
 * What a plain QR code in place of WeChat's round one says: the mini program's link in plain text (明文 URL Scheme).
 * Source: https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/url-scheme.html
 */
export function linkOfCode({ app, scene, page, version }: Omit<MiniProgramCode, 'madeAt'>): string {
  const query = new URLSearchParams({ scene });
  const link = { appid: app.appId, path: page, query: query.toString(), env_version: version };
  return `weixin://dl/business/?${new URLSearchParams(link).toString()}`;
}
