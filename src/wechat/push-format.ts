import { z } from 'zod';
import { PushRefused } from './push-refused.js';
import { readXml, writeXml } from './push-xml.js';

export type PushFormat = 'xml' | 'json';

/** The fields of a message, trimmed, their names in lower case; numbers are the digits as they came. */
export type PushFields = Readonly<Record<string, unknown>>;

/** Stands for a field that came twice, so that whoever needs the field refuses the message and nobody else does. */
const ambiguous = Symbol('ambiguous');

/** A string, which is left alone, or a number; both only as they are in valid JSON. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** What the text itself looks like, whatever its content type says. @throws PushRefused */
export function formatOf(text: string): PushFormat {
  const start = text.trimStart()[0];
  if (start === '<') return 'xml';
  if (start === '{') return 'json';
  throw new PushRefused('the message is neither XML nor JSON');
}

/** Reads a message; of some, WeChat writes names in another case or with spaces around them. @throws PushRefused */
export function readFields(text: string, format: PushFormat): PushFields {
  const content = format === 'xml' ? readXml(text.trim()) : readJson(text.trim());
  const fields = new Map<string, unknown>();
  for (const [spelling, value] of Object.entries(content)) {
    const name = spelling.trim().toLowerCase();
    fields.set(name, fields.has(name) ? ambiguous : trimmed(value));
  }
  return Object.fromEntries(fields);
}

export function writeFields(fields: Record<string, string | number>, format: PushFormat): string {
  return format === 'xml' ? writeXml(fields) : JSON.stringify(fields);
}

/** Numbers become strings before they are read: a MsgId has 64 bits, and a JavaScript number 53. */
function readJson(text: string): Record<string, unknown> {
  try {
    JSON.parse(text);
    const quoted = text.replace(stringOrNumber, (token) => (token.startsWith('"') ? token : `"${token}"`));
    return z.record(z.string(), z.unknown()).parse(JSON.parse(quoted));
  } catch {
    throw new PushRefused('the message is not a JSON object');
  }
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}
