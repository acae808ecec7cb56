const shownCharacters = 8;
const secrets = new Set(['secret', 'appsecret', 'component_appsecret']);
const tokens = new Set(['access_token', 'refresh_token', 'component_access_token']);

/** Parameters as they may be shown: secrets blanked, tokens cut. */
export function shownParameters<Parameters extends Record<string, unknown>>(
  parameters: Parameters,
): Parameters {
  const shown = Object.entries(parameters).map(([name, value]) => [name, shownValue(name, value)]);
  return Object.fromEntries(shown) as Parameters;
}

/** A JSON body as it may be shown; of any other only its length. */
export function shownBody(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return undefined;
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json === 'object' && json !== null) return shownParameters(json as Record<string, unknown>);
  } catch {
    // Said below.
  }
  return `no JSON object, ${body.length} characters`;
}

/** An answer as it may be shown. */
export function shownAnswer(body: string): string {
  return body.replace(
    /("(?:access|refresh)_token":")([^"]+)/g,
    (_, name: string, token: string) => name + cut(token),
  );
}

function shownValue(name: string, value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value;
  if (secrets.has(name)) return '***';
  return tokens.has(name) ? cut(value) : value;
}

function cut(token: string): string {
  return token.length > shownCharacters ? `${token.slice(0, shownCharacters)}…` : token;
}
