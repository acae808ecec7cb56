import { isSecretByName, isSecretName } from './secret-names.js';
import { blank } from './secret-shapes.js';

/** A name and what parts it from its value, as URLs, forms, headers, JSON, its escaped text, and loggers write it. */
const beforeValue =
  /(?<![\w.-])([\w.-]{2,200}|密码|口令|密钥|令牌|手机号)(?:\[\w*\])?\\{0,9}["']?\]?\s{0,3}(?:=>|[=:：])\s{0,3}/g;

const quoted = /(\\{1,9}["'])(.*?)(?:\1|$)|(")((?:\\.|[^"\\])*)(?:"|$)|(')((?:\\.|[^'\\])*)(?:'|$)/sy;
/** A list, or an object of a line that was cut; a value that is blanked already is neither. */
const bracketed = /\[(?!secret\])[^\]]*(?:\]|$)|\{[^}]*(?:\}|$)/y;
/** Up to the next parameter, quote or pair. */
const bare = /(?:(?![,;]["'\\]{0,9}[\w.-]{1,200}["'\\]{0,9}[=:]|\\{1,9}["'])[^\s&"'<>])+/y;
/** Of a header all that follows, spaces and further names included. */
const header = /(?:(?!\\{1,9}["'])[^"'\r\n])+/y;
const headerBefore = /(?:authorization|cookie)[^=]*$/i;

/** What command lines and XML have for a name before a value. */
const optionOrElement = [
  /((?<![\w-])--?([\w.-]{2,60})\s{1,3})(?!-)(?:'[^']*'|"[^"]*"|[^\s"']+)/g,
  /(<([\w.:-]{2,60})(?: [^<>]{0,200})?>(?:<!\[CDATA\[)?)(?:\[secret\]|[^<\]])+/g,
];
/** As clients of databases take a password; a number is a port. */
const shortOption = /(?<=\s-p)(?!\d+(?:[\s:]|$))(?:'[^']*'|"[^"]*"|[^\s"']+)/g;

/** The same text, in which the values behind secret names are blanked. */
export function withoutNamed(text: string): string {
  return optionOrElement
    .reduce((rest, named) => rest.replace(named, withoutItsValue), withoutPairs(text))
    .replace(shortOption, blank);
}

function withoutItsValue(whole: string, before: string, name: string): string {
  return isSecretName(name) ? before + blank : whole;
}

function withoutPairs(text: string): string {
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
  const [value = ''] = matchAt(bracketed, text, from) ?? matchAt(unquoted, text, from) ?? [];
  return { value, quote: '', length: value.length };
}

function matchAt(sticky: RegExp, text: string, from: number): RegExpExecArray | null {
  sticky.lastIndex = from;
  return sticky.exec(text);
}
