import { stripVTControlCharacters } from 'node:util';
import { isSecretByName, isTraceId } from './secret-names.js';
import { withoutNamed } from './secret-pairs.js';
import { blank, withoutShapesOfLogs } from './secret-shapes.js';
import { withoutKnown } from './without-secrets.js';

/** More of them, one inside the other, is nobody's log. */
const mostEncodings = 3;
const mostDepth = 20;
/** What follows could only take long. */
const mostCharacters = 8192;

/** Each of them by itself: one that cannot be read does not take the others along. @param secrets longest first */
export function logWithoutSecrets(
  lines: readonly string[],
  secrets: readonly string[],
  read = logLineWithoutSecrets,
): string[] {
  return lines.map((line) => {
    try {
      return read(line, secrets);
    } catch {
      return '[unreadable]';
    }
  });
}

/**
 * A line of a log, of ours or of a proxy, without secrets, openids and phone numbers: JSON by the names of its members,
 * words by the names before a value, and both by what secrets look like. Status, route, error, traceId, durations,
 * errcode and rid stay. Of a line of more than 8192 characters the beginning stays.
 * @param secrets longest first
 */
export function logLineWithoutSecrets(coloured: string, secrets: readonly string[]): string {
  const line = stripVTControlCharacters(coloured);
  if (line.length <= mostCharacters) return blankedText(line, secrets, 0);
  const beginning = beginningOf(withoutKnown(line, secrets));
  return `${blankedText(beginning, secrets, 0)} [cut, of ${line.length} characters]`;
}

/** Without the word that the cut goes through, which may be half a secret. */
function beginningOf(line: string): string {
  return line.slice(0, mostCharacters).replace(/(?<![^\s"'=:,;&<>])[^\s"'=:,;&<>]*$/, '');
}

function blankedText(text: string, secrets: readonly string[], depth: number): string {
  const [, before = '', json = ''] = /^([^{]*)(\{.*\})\s*$/s.exec(text) ?? [];
  const parsed = objectOf(json);
  return parsed === undefined
    ? blankedWords(text, secrets)
    : blankedWords(before, secrets) + JSON.stringify(blankedValue(parsed, secrets, depth));
}

function objectOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function blankedValue(value: unknown, secrets: readonly string[], depth: number): unknown {
  if (typeof value === 'string') return blankedText(value, secrets, depth);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === mostDepth) return blank;
  const of = (name: unknown, item: unknown) => blankedMember(name, item, secrets, depth + 1);
  // Raw headers are one list of names and values.
  if (Array.isArray(value)) return value.map((item, place) => of(value[place - 1], item));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [blankedWords(name, secrets), of(name, item)]),
  );
}

function blankedMember(name: unknown, value: unknown, secrets: readonly string[], depth: number): unknown {
  if (typeof name === 'string') {
    if (isSecretByName(name, value)) return blank;
    if (isTraceId(name, value)) return withoutKnown(value, secrets);
  }
  return blankedValue(value, secrets, depth);
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
