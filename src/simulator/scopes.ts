import type { AppKind } from './apps.js';

export const scopes = ['snsapi_login', 'snsapi_base', 'snsapi_userinfo'] as const;

/** What a person lets an app know: the openid alone (`snsapi_base`), or the profile too. */
export type Scope = (typeof scopes)[number];

/** The scopes that an app of each kind may ask for, the usual one first; a mini program asks for none. */
export const scopesOf: Readonly<Record<AppKind, readonly Scope[]>> = {
  'mini-program': [],
  website: ['snsapi_login'],
  'official-account': ['snsapi_base', 'snsapi_userinfo'],
  mobile: ['snsapi_userinfo'],
};
