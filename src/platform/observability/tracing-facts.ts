/**
 * All that a span may say, and the form each value must have: what is not here never leaves the process. No fact is a
 * text of a stranger or of WeChat's, and none holds a URL, a statement, an argument, a header, an address or a person.
 * The names are OpenTelemetry's semantic conventions where these have one.
 */
export const facts = {
  'http.request.method': /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|_OTHER)$/,
  /** The registered pattern: a path may hold what a stranger put there. */
  'http.route': /^[\w/:.*-]{1,200}$/,
  'http.response.status_code': /^[1-5]\d\d$/,
  /** Our error's name, as answers have it. */
  'wxpass.error': /^[a-z_]{1,64}$/,
  'db.system.name': /^(mysql|mariadb|sqlite|redis)$/,
  /** The statement's verb and the tables it names, or the verb of the store. */
  'db.query.summary': /^[A-Za-z]{1,20}( [a-z_]{1,64}){0,8}$/,
  /** Host and port as configured. */
  'server.address': /^[\w.:[\]-]{1,255}$/,
  /** The path at WeChat, as its documentation has it. */
  'url.template': /^(\/[\w.-]{1,64}){1,6}$/,
  'wechat.errcode': /^-?\d{1,9}$/,
  'wechat.rid': /^[0-9a-f]{8}(-[0-9a-f]{8}){2}$/i,
  /** An HTTP status or errcode, a driver's or the system's code, our error's name, a class of errors. */
  'error.type': /^(-?\d{1,9}|[A-Z][A-Z0-9_]{1,63}|[a-z_]{1,64}|[A-Z][A-Za-z]{1,63})$/,
} as const;

export type FactName = keyof typeof facts;

type Numbers = 'http.response.status_code' | 'wechat.errcode';

/** What is known of a piece of work. */
export type Facts = { [Name in FactName]?: Name extends Numbers ? number : string };

/** Whether this may leave the process. */
export function isFact(name: string, value: unknown): value is string | number {
  const form = Object.hasOwn(facts, name) ? facts[name as FactName] : undefined;
  return (typeof value === 'string' || typeof value === 'number') && form?.test(String(value)) === true;
}

/** What a span is called, by what it may say. */
export function spanName(known: Facts): string {
  const words =
    known['db.query.summary'] === undefined
      ? [known['http.request.method'], known['http.route'] ?? known['url.template']]
      : [known['db.system.name'], known['db.query.summary']];
  return words.filter((word) => word !== undefined).join(' ') || 'unnamed';
}
