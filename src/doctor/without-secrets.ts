import { withoutNamed } from './secret-pairs.js';
import { blank, withoutShapes } from './secret-shapes.js';

/** The same value, in each of whose texts what is secret is blanked. @param secrets longest first */
export function withoutSecrets<Value>(value: Value, secrets: readonly string[]): Value {
  return blanked(value, secrets) as Value;
}

/** Without these very texts, wherever they stand. */
export function withoutKnown(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, blank), text);
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
  return withoutNamed(withoutShapes(withoutKnown(text, secrets)));
}
