import { WxpassClient, type ClientOptions } from './client/client.js';

export { Api, type ApiOptions } from './api.js';
export type { WxpassClient, ClientOptions } from './client/client.js';
export { csrfToken } from './client/csrf-token.js';
export type { SignedOutReason } from './client/ended-session.js';
export type { CompleteOptions, RedirectOptions } from './client/redirect-login.js';
export type { KeptSession, SessionStore } from './client/session-store.js';
export type { Device, LoginAnswer, Mode, RefreshAnswer } from './exchange.js';
export { createPkce, type Pkce } from './pkce.js';
export { ScanLogin, type ScanGrant, type ScanLoginOptions, type ScanView } from './scan/scan-login.js';
export type { Scan, ScannedBy, ScanStatus, Via } from './scan/scan.js';
export { WxpassError, type EndReason } from './wxpass-error.js';

/** A client that keeps a person logged in. */
export function createClient(options?: ClientOptions): WxpassClient {
  return new WxpassClient(options);
}
