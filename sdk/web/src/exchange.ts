import type { Api } from './api.js';
import { persist } from './persist.js';

/** Login codes serve for a minute. */
const loginCodeMs = 60_000;

export type Mode = 'token' | 'cookie';

export interface Device {
  id?: string;
  type?: 'mobile' | 'web' | 'desktop' | 'mini-program' | 'other';
  name?: string;
}

/** What a refresh gives; times are seconds. In cookie mode the tokens are in cookies and not here. */
export interface RefreshAnswer {
  tokenType?: 'Bearer';
  accessToken?: string;
  refreshToken?: string;
  expiresIn: number;
  refreshExpiresIn: number;
  sessionId: string;
}

/** What a login gives: `user` is the object of `/api/v1/users/me`. */
export interface LoginAnswer extends RefreshAnswer {
  isNewUser: boolean;
  user: Record<string, unknown> & { id: string; nickname: string | null; avatarUrl: string | null };
}

export interface Exchange {
  loginCode: string;
  codeVerifier?: string;
  mode: Mode;
  device?: Device;
  /** The same for each repetition, so that a lost answer costs nothing. */
  idempotencyKey: string;
  signal?: AbortSignal;
}

/** Exchanges a login code for a session, again and again while only the way to the service fails. @throws WxpassError */
export function exchangeLoginCode(api: Api, exchange: Exchange): Promise<LoginAnswer> {
  const { loginCode, codeVerifier, mode, device = {}, idempotencyKey, signal } = exchange;
  const body = { loginCode, codeVerifier, mode, device: { type: 'web', ...device } };
  const headers = { 'idempotency-key': idempotencyKey };
  const call = () => api.call<LoginAnswer>('/api/v1/auth/token', { method: 'POST', body, headers, signal });
  return persist(call, { forMs: loginCodeMs, signal });
}
