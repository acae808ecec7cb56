import { endReasons, WxpassError, type EndReason } from '../wxpass-error.js';

/** `unknown` where the service knows the session no more, and so not why it ended. */
export type SignedOutReason = EndReason | 'unknown';

/** Why an answer says that the session is over; undefined where it does not. */
export function endReasonOf(error: unknown): SignedOutReason | undefined {
  if (!(error instanceof WxpassError)) return undefined;
  if (error.error === 'session_ended') return reasonIn(error.data);
  return undefined;
}

/** The same for the answer to a refresh, which has more ways to say it. */
export function refreshEndReasonOf(error: unknown): SignedOutReason | undefined {
  if (!(error instanceof WxpassError)) return undefined;
  if (error.error === 'refresh_token_reused' || error.error === 'user_locked') return error.error;
  if (error.error === 'refresh_token_invalid' || error.error === 'unauthenticated') return 'unknown';
  return endReasonOf(error);
}

function reasonIn(data: unknown): SignedOutReason {
  const { reason } = (data ?? {}) as { reason?: string };
  return endReasons.find((known) => known === reason) ?? 'unknown';
}
