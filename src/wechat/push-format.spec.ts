import { formatOf, readFields, writeFields } from './push-format.js';
import { PushRefused } from './push-refused.js';

describe('the format', () => {
  it.each([
    ['<xml></xml>', 'xml'],
    ['\ufeff\n <xml></xml>', 'xml'],
    ['{}', 'json'],
    ['\ufeff {}', 'json'],
  ])('of %j is %s', (text, format) => {
    expect(formatOf(text)).toBe(format);
  });

  it.each(['', ' ', 'success', '[]', '"<xml/>"', 'null', '\u0000{}'])('of %j is neither', (text) => {
    expect(() => formatOf(text)).toThrow(PushRefused);
  });
});

describe('fields', () => {
  it.each<['xml' | 'json', string]>([
    ['xml', '\n<xml><ToUserName><![CDATA[ gh_1 ]]></ToUserName><MSGID> 9223372036854775807 </MSGID></xml>\n'],
    ['json', '\n{" ToUserName":" gh_1 ","MSGID":9223372036854775807}\n'],
  ])('of %s are trimmed, and so are their names, in lower case', (format, text) => {
    expect(readFields(text, format)).toEqual({ tousername: 'gh_1', msgid: '9223372036854775807' });
  });

  it.each([
    '[]',
    'null',
    '"text"',
    '1',
    '{',
    '{"a":01}',
    '{"a":1}x',
    "{'a':1}",
    '{"a":1,}',
    '{"a":"\n"}',
    '{"a":NaN}',
  ])('are not in %j, which is no JSON object', (text) => {
    expect(() => readFields(text, 'json')).toThrow(PushRefused);
  });

  it('of JSON keep every digit of a number, and what only looks like one', () => {
    const text =
      '{"a":18446744073709551615,"b":-0.10,"c":1e3,"d":"1 \\" 2, 3: \\\\","e":{"4":[5]},"6":"\\u0037"}';
    expect(readFields(text, 'json')).toEqual({
      a: '18446744073709551615',
      b: '-0.10',
      c: '1e3',
      d: '1 " 2, 3: \\',
      e: { '4': ['5'] },
      '6': '7',
    });
  });

  it('of JSON leave the prototype of everything alone', () => {
    const fields = readFields(
      '{"__proto__":{"event":"forged"},"constructor":{"prototype":{"event":"forged"}}}',
      'json',
    );
    expect(fields.event).toBeUndefined();
    expect(({} as any).event).toBeUndefined();
  });

  it.each<['xml' | 'json', string]>([
    ['xml', '<xml><Event>a</Event><Event>b</Event><Other>1</Other></xml>'],
    ['xml', '<xml><Event>a</Event><event>b</event><Other>1</Other></xml>'],
    ['json', '{"Event":"a"," event":"b","Other":1}'],
  ])('of %s that come twice are no text, the others stand', (format, text) => {
    const { event, other } = readFields(text, format);
    expect([typeof event === 'string', other]).toEqual([false, '1']);
  });

  it('of thousands of levels of JSON are read or refused, never fatal', () => {
    expect(readFields(`{"a":${'['.repeat(30_000)}${']'.repeat(30_000)},"b":1}`, 'json').b).toBe('1');
    expect(() => readFields(`{"a":${'['.repeat(60_000)}`, 'json')).toThrow(PushRefused);
  });

  it.each(['\\"', '"', '1', '{"a":'])('of 64 KiB of %j are refused in less than a second', (part) => {
    const startedAt = performance.now();
    expect(() => readFields(`{"a":"${part.repeat(65_536 / part.length)}`, 'json')).toThrow(PushRefused);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it.each(['xml', 'json'] as const)('that were written as %s are the same when read', (format) => {
    const text = writeFields({ Content: '"你好" <&> ]]> \\', CreateTime: 1700000000 }, format);
    expect(formatOf(text)).toBe(format);
    expect(readFields(text, format)).toEqual({ content: '"你好" <&> ]]> \\', createtime: '1700000000' });
  });
});
