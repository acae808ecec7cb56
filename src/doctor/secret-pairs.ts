import { isSecretByName, isSecretName } from './secret-names.js';
import { blank } from './secret-shapes.js';

/** A name and what parts it from its value, as URLs, forms, headers, JSON, its escaped text, and loggers write it. */
const beforeValue = /(?<![\w.-])([\w.-]{2,200})(?:\[\w*\])?\\{0,9}["']?\]?\s{0,3}(?:=>|[=:])\s{0,3}/g;

const quoted = /(\\{1,9}["'])(.*?)(?:\1|$)|(")((?:\\.|[^"\\])*)(?:"|$)|(')((?:\\.|[^'\\])*)(?:'|$)/sy;
/** Up to the next parameter, quote or pair. */
const bare = /(?:(?![,;]["'\\]*[\w.-]+["'\\]*[=:]|\\+["'])[^\s&"'<>])+/y;
/** Of a header all that follows, spaces and further names included. */
const header = /(?:(?!\\+["'])[^"'\r\n])+/y;
const headerBefore = /(?:authorization|cookie)[^=]*$/i;

/** The same text, in which the values behind secret names are blanked. */
export function withoutNamed(text: string): string {
  let blanked = '';
  let done = 0;
  for (const { 0: whole, 1: name = '', index } of text.matchAll(beforeValue)) {
    const from = index + whole.length;
    if (index < done || !isSecretName(name)) continue;
    const { value, quote, length } = valueAt(text, from, headerBefore.test(whole) ? header : bare);
    if (!isSecretByName(name, value)) continue;
    blanked += `${text.slice(done, from)}${quote}${blank}${quote}`;
    done = from + length;
  }
  return blanked + text.slice(done);
}

function valueAt(text: string, from: number, unquoted: RegExp) {
  const [whole, ...groups] = matchAt(quoted, text, from) ?? [];
  if (whole !== undefined) {
    const [quote = '', value = ''] = groups.filter((group) => group !== undefined);
    return { value, quote, length: whole.length };
  }
  const [value = ''] = matchAt(unquoted, text, from) ?? [];
  return { value, quote: '', length: value.length };
}

function matchAt(sticky: RegExp, text: string, from: number): RegExpExecArray | null {
  sticky.lastIndex = from;
  return sticky.exec(text);
}
