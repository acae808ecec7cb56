/** What somebody with the right to it does to another, as the audit log tells it beside what was done to whom. */
export interface Act {
  /** Who acted: `by <user id>`, `by client <id>` or `by command`. */
  reason: string;
  address?: string;
  userAgent?: string;
}

/** What an operator does in the shell. */
export const byCommand: Act = { reason: 'by command' };

/** The same act, and what in particular was done. */
export function actInDetail(act: Act, detail: string): Act {
  return { ...act, reason: `${act.reason}: ${detail}` };
}
