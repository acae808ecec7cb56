/** A message as WeChat pushes it: names and values in their order. */
export type PushMessage = Record<string, string | number>;

export type PushFormat = 'xml' | 'json';

export function writePush(message: PushMessage, format: PushFormat): string {
  return format === 'json' ? JSON.stringify(message) : toXml(message);
}

/** The fields of an answer, those of nested elements too; throws an Error where it is not of this format. */
export function readPush(text: string, format: PushFormat): Record<string, string> {
  return format === 'json' ? fromJson(text) : fromXml(text);
}

function toXml(message: PushMessage): string {
  const elements = Object.entries(message).map(([name, value]) => {
    const content = typeof value === 'number' ? value : `<![CDATA[${withoutEnd(value)}]]>`;
    return `<${name.trim()}>${content}</${name.trim()}>`;
  });
  return `<xml>${elements.join('\n')}\n</xml>`;
}

function withoutEnd(text: string): string {
  return text.replaceAll(']]>', ']]]]><![CDATA[>');
}

function fromXml(text: string): Record<string, string> {
  const [, content] = /^\s*<xml>([^]*)<\/xml>\s*$/.exec(text) ?? [];
  if (content === undefined) throw new Error('the answer is not XML');
  const elements = content.matchAll(/<(\w+)>\s*(?:<!\[CDATA\[([^]*?)\]\]>|([^<]*))\s*<\/\1>/g);
  return Object.fromEntries(
    [...elements].map(([, name = '', wrapped, bare = '']) => [name, wrapped ?? bare.trim()]),
  );
}

function fromJson(text: string): Record<string, string> {
  const json: unknown = JSON.parse(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('the answer is not a JSON object');
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
