import { vectorsOf } from '../../test/support/wechat-vectors.js';
import { readPush, writePush } from './push-text.js';

const events = vectorsOf('push-encrypt').filter(([id]) => /^d1[123]-/.test(id));

test.each(events)('%s is written to the very same text', (_id, { inputs }) => {
  const message = inputs.msg!;
  const format = message.startsWith('{') ? 'json' : 'xml';
  const fields: Record<string, string | number> = readPush(message, format);
  fields.CreateTime = Number(fields.CreateTime);
  expect(writePush(fields, format)).toBe(message);
});

test('nothing that is written leaves its element', () => {
  const written = '<xml><Content><![CDATA[a]]]]><![CDATA[><b>]]></Content>\n</xml>';
  expect(writePush({ Content: 'a]]><b>' }, 'xml')).toBe(written);
});

test('numbers, bare texts and nested elements are read', () => {
  const text = '<xml><A>1</A><B> two </B><Image><MediaId><![CDATA[m]]></MediaId></Image></xml>';
  expect(readPush(text, 'xml')).toEqual({ A: '1', B: 'two', MediaId: 'm' });
  expect(readPush('{"A":1,"B":"two","C":{"D":null}}', 'json')).toEqual({ A: '1', B: 'two', C: '{"D":null}' });
});

test.each([
  ['html', '<html></html>', 'xml'],
  ['JSON', '{}', 'xml'],
  ['XML', '<xml></xml>', 'json'],
  ['a word', '"success"', 'json'],
  ['a list', '[]', 'json'],
] as const)('%s is not read as %s', (_case, text, format) => {
  expect(() => readPush(text, format)).toThrow();
});
