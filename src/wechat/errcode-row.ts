/**
 * What an errcode asks for: RETRY passes by itself; TOKEN wants a new app token; RELOGIN wants the person to
 * start again; OPERATOR can only be mended in the configuration; BLOCKED keeps this person out; INPUT blames the caller.
 */
export type ErrcodeClass = 'RETRY' | 'TOKEN' | 'RELOGIN' | 'OPERATOR' | 'BLOCKED' | 'INPUT';

/** Where an errcode came from: a login's `/sns` calls, the app token's own, those that take an app token, the phone number's. */
export type EndpointKind = 'sns' | 'app-token' | 'api' | 'phone';

/** Cause and remedy of one errcode, for the operator or the caller as its class demands. */
export interface Errcode {
  class: ErrcodeClass;
  zh: string;
  en: string;
  /** How long to wait, where the documentation lets us tell. */
  retryAfterSeconds?: number;
}

/** One line of the table. */
export interface ErrcodeRow extends Errcode {
  /** What the same errcode means elsewhere. */
  at?: Partial<Record<EndpointKind, Errcode>>;
}

const rowOf =
  (errcodeClass: ErrcodeClass) =>
  (zh: string, en: string, at?: ErrcodeRow['at']): ErrcodeRow => ({ class: errcodeClass, zh, en, at });

export const token = rowOf('TOKEN');
export const relogin = rowOf('RELOGIN');
export const operator = rowOf('OPERATOR');
export const blocked = rowOf('BLOCKED');
export const input = rowOf('INPUT');

/** It passes by itself. */
export const retry = (retryAfterSeconds: number, zh: string, en: string): ErrcodeRow => ({
  class: 'RETRY',
  zh,
  en,
  retryAfterSeconds,
});

/** Only a mistake of ours can have caused it. */
export const defect = (zh: string, en: string, at?: ErrcodeRow['at']): ErrcodeRow =>
  operator(
    `${zh}：这是本服务的缺陷，请附上 rid 反馈。`,
    `${en}: this is a defect of the service, please report it with the rid.`,
    at,
  );

/** The same line for every errcode from the first to the last. */
export const range = (first: number, last: number, row: ErrcodeRow): Record<number, ErrcodeRow> =>
  Object.fromEntries(Array.from({ length: last - first + 1 }, (_, index) => [first + index, row]));
