export const blank = '[secret]';

/** What looks like a secret, whoever made it and wherever it stands. */
const shapes: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]|-(?!----))*(?:-----END [A-Z ]*-----)?/g, blank],
  // Signed and sealed tokens, also where they were cut.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, blank],
  [/\b(Bearer|Basic|Digest)\s+[\w.~+/=-]+/gi, `$1 ${blank}`],
  // Passwords of databases and stores, which may hold what a URL should not; then of any URL.
  [
    /\b((?:mysql|mariadb|postgres\w*|rediss?|redis\+sentinel|amqps?):\/\/[^\s:@/"']*:)[^\s"']+@/gi,
    `$1${blank}@`,
  ],
  [/(:\/\/[^/\s:@]*:)[^/\s@]+@/g, `$1${blank}@`],
  [/:\/\/[^/\s:@"'?#]+@/g, `://${blank}@`],
  [/\$argon2\w*\$[^\s"']+/g, blank],
];

/** What random bytes look like in hexadecimal and base64, which a name, a path or a digest does not. */
const random: RegExp[] = [
  /(?<!sha256:)\b[0-9a-f]{64}\b/g,
  // An AppSecret, but no trace id.
  /(?<![\w-]|trace[-_]?id\W{1,12}|traceparent\W{1,12}00-)[0-9a-f]{32}(?!\w|-[0-9a-f]{16}-0)/gi,
  /(?<![\w+/])[A-Za-z0-9+/]{20,}={1,2}(?![\w=])/g,
  /(?<![\w+/])(?=[a-z\d+/]*[A-Z])(?=[A-Z\d+/]*[a-z])(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{64,}/g,
  /(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{27,}/g,
  // An openid or unionid without a digit.
  /(?<![\w-])o(?=[\w-]*[A-Z])[\w-]{27}(?![\w-])/g,
];
/** AddUnionidConflicts1763000000000 */
const migration = /^[A-Z][A-Za-z]+\d{13}$/;
/** As WeChat gives them, E.164 or Chinese without the country. */
const phone =
  /(?<![\w+/.-])(?:\+[1-9]\d{7,14}|(?:\+?86[-. ]?)?1[3-9]\d[-. ]?\d{4}[-. ]?\d{4})(?![\w-]|\.\w)/g;

export function withoutShapes(text: string): string {
  return shapes.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), text);
}

/** Also without what is random, as codes and tokens that nothing names, and without phone numbers. */
export function withoutShapesOfLogs(text: string): string {
  return random
    .reduce(
      (rest, shape) => rest.replace(shape, (found) => (migration.test(found) ? found : blank)),
      withoutShapes(text),
    )
    .replace(phone, blank);
}
