import type { SimulatedApp } from './apps.js';
import type { Scope } from './scopes.js';

/** What an app asks of a person, checked. */
export interface AuthorizeRequest {
  app: SimulatedApp;
  /** http or https. */
  redirectUri: URL;
  /** Empty where none was sent. */
  state: string;
  scope: Scope;
  /** `forceSnapShot=true`: a snapshot page, without asking. */
  forceSnapshot: boolean;
}

/** The redirect_uri as an address of the web; nothing where it is none, such as `javascript:`. */
export function redirectUriFrom(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** The exact host, sub-domains not implied; an app without callback domain takes any. */
export function isCallbackDomainOf({ callbackDomain }: SimulatedApp, { host, hostname }: URL): boolean {
  return callbackDomain === undefined || [host, hostname].includes(callbackDomain);
}

/** Where the person's browser goes next: the redirect_uri with `code` and `state`, or after a refusal the state alone. */
export function callbackOf({ redirectUri, state }: AuthorizeRequest, code?: string): string {
  const parameters = [...(code === undefined ? [] : [`code=${code}`]), `state=${encodeURIComponent(state)}`];
  const { hash } = redirectUri;
  const target = new URL(redirectUri);
  target.hash = '';
  return `${target.href}${target.href.includes('?') ? '&' : '?'}${parameters.join('&')}${hash}`;
}
