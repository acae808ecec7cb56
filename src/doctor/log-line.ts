import { stripVTControlCharacters } from 'node:util';
import { isSecretByName } from './secret-names.js';
import { withoutNamed } from './secret-pairs.js';
import { blank, withoutShapesOfLogs } from './secret-shapes.js';
import { withoutKnown } from './without-secrets.js';

/** More of them, one inside the other, is nobody's log. */
const mostEncodings = 3;

/**
 * A line of a log, of ours or of a proxy, without secrets, openids and phone numbers: JSON by the names of its members,
 * words by the names before a value, and both by what secrets look like. Status, route, error, traceId, durations,
 * errcode and rid stay.
 * @param secrets longest first
 */
export function logLineWithoutSecrets(coloured: string, secrets: readonly string[]): string {
  const line = stripVTControlCharacters(coloured);
  const [, before = '', json = ''] = /^([^{]*)(\{.*\})\s*$/s.exec(line) ?? [];
  const parsed = objectOf(json);
  return parsed === undefined
    ? blankedWords(line, secrets)
    : blankedWords(before, secrets) + JSON.stringify(blankedValue(parsed, secrets));
}

function objectOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function blankedValue(value: unknown, secrets: readonly string[]): unknown {
  const of = (name: unknown, item: unknown) =>
    isSecretByName(String(name), item) ? blank : blankedValue(item, secrets);
  if (typeof value === 'string') return logLineWithoutSecrets(value, secrets);
  // Raw headers are one list of names and values.
  if (Array.isArray(value)) return value.map((item, place) => of(value[place - 1], item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [blankedWords(name, secrets), of(name, item)]),
  );
}

function blankedWords(text: string, secrets: readonly string[], encodings = mostEncodings): string {
  const words = withoutNamed(withoutShapesOfLogs(withoutKnown(text, secrets)));
  if (encodings === 0) return words;
  const decoded = percentDecoded(words);
  const rest = decoded === words ? words : blankedWords(decoded, secrets, encodings - 1);
  // Only what hid a secret is shown decoded.
  return rest === decoded ? words : rest;
}

function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
