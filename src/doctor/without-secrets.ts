const blank = '[secret]';

/** What looks like a secret, whoever made it: signed tokens, bearer tokens, parameters of URLs that WeChat takes. */
const shapes: [RegExp, string][] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, blank],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${blank}`],
  [
    /\b((?:app)?secret|password|access_token|refresh_token|session_key|js_code|code)=[^&\s"]+/gi,
    `$1=${blank}`,
  ],
  [/(:\/\/[^/\s:@]*:)[^/\s@]+@/g, `$1${blank}@`],
];

/** The same value, in each of whose texts what is secret is blanked. @param secrets longest first */
export function withoutSecrets<Value>(value: Value, secrets: readonly string[]): Value {
  return blanked(value, secrets) as Value;
}

function blanked(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return blankedText(value, secrets);
  if (Array.isArray(value)) return value.map((item) => blanked(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [blankedText(name, secrets), blanked(item, secrets)]),
  );
}

function blankedText(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, blank), text);
  return shapes.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), known);
}
