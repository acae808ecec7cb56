import { withoutNamed } from './secret-pairs.js';
import { blank, withoutShapes } from './secret-shapes.js';
import { tellingLength } from './secret-texts.js';

/** The same value, in each of whose texts what is secret is blanked. @param secrets longest first */
export function withoutSecrets<Value>(value: Value, secrets: readonly string[]): Value {
  return blanked(value, secrets) as Value;
}

/** Without these very texts, wherever they stand; a short one only where it is no part of a word. */
export function withoutKnown(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => {
    if (secret.length >= tellingLength) return rest.replaceAll(secret, blank);
    return rest.replaceAll(secret, (found, at: number) =>
      isLetter(rest[at - 1]) || isLetter(rest[at + found.length]) ? found : blank,
    );
  }, text);
}

function isLetter(character = ''): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
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
