import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { PushRefused } from './push-refused.js';

/** Below the root; WeChat's deepest messages have four. */
const maxDepth = 8;
/** WeChat's longest messages have a few dozen elements. */
const maxTags = 2000;

const declaration = /^<\?xml[^<>]{0,100}\?>/;
/** To its end or, where it has none, to that of the text: so no text is looked through more than once. */
const cdata = /<!\[CDATA\[[^]*?(?:\]\]>|$)/g;
const tag = /<\/?[A-Za-z_][\w.-]{0,63}\s*\/?>/g;
/** Spaces at the start of a tag, which some of WeChat's samples have; a CDATA section is passed over as it is. */
const straySpaces = /(<!\[CDATA\[[^]*?(?:\]\]>|$))|(<\/?)\s+/g;

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: maxDepth,
});

const documentSchema = z.strictObject({
  xml: z.union([z.literal('').transform(() => ({})), z.record(z.string(), z.unknown())]),
});

/**
 * The children of the root `xml` by name: texts, objects where there are elements inside, arrays where a name comes twice.
 * Elements, CDATA and text are all that is read: no entity is resolved, and a DTD, comment, instruction or attribute refused.
 * @throws PushRefused
 */
export function readXml(text: string): Record<string, unknown> {
  const xml = text.replace(declaration, '').replace(straySpaces, '$1$2');
  requirePlainTags(xml);
  const document = documentSchema.safeParse(parse(xml)).data;
  if (!document) throw new PushRefused('the root of the XML is not xml');
  return document.xml;
}

/** A message for WeChat; texts go into CDATA, without the characters that XML cannot hold. */
export function writeXml(fields: Record<string, string | number>): string {
  const elements = Object.entries(fields).map(
    ([name, value]) => `<${name}>${typeof value === 'number' ? value : cdataOf(value)}</${name}>`,
  );
  return `<xml>${elements.join('')}</xml>`;
}

/** Checked before parsing, because the parser would skip over what it does not know. */
function requirePlainTags(xml: string): void {
  // A quote is in no tag: what stood on both sides of a section must not become one.
  const markup = xml.replace(cdata, '"');
  const rest = markup.replace(tag, '');
  if (rest.includes('<')) throw new PushRefused('the XML holds more than elements, CDATA and text');
  if ((markup.match(tag)?.length ?? 0) > maxTags) throw new PushRefused('the XML has too many elements');
}

function parse(xml: string): unknown {
  try {
    return parser.parse(xml, true);
  } catch {
    throw new PushRefused('the XML is not well-formed, or nested too deep');
  }
}

function cdataOf(text: string): string {
  const allowed = text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
  return `<![CDATA[${allowed.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
