import { PushRefused } from './push-refused.js';
import { readXml, writeXml } from './push-xml.js';

function outcomeOf(attempt: () => unknown): unknown {
  try {
    attempt();
    return 'read';
  } catch (error) {
    return error;
  }
}

describe('reading', () => {
  it.each<[string, string, object]>([
    ['texts and CDATA alike', '<xml><A>1</A><B><![CDATA[ two ]]></B></xml>', { A: '1', B: ' two ' }],
    [
      'numbers as the digits they are',
      '<xml><A>4561255354251345929</A><B>0x10</B><C>007</C></xml>',
      { A: '4561255354251345929', B: '0x10', C: '007' },
    ],
    ['nothing as an empty text', '<xml><A></A><B/><C><![CDATA[]]></C></xml>', { A: '', B: '', C: '' }],
    [
      'CDATA that was split around its own end',
      '<xml><A><![CDATA[a]]]]><![CDATA[>b]]></A></xml>',
      { A: 'a]]>b' },
    ],
    [
      'markup in CDATA as text',
      '<xml><A><![CDATA[<!DOCTYPE a><b c="d"/><!-- e -->&f;]]></A></xml>',
      { A: '<!DOCTYPE a><b c="d"/><!-- e -->&f;' },
    ],
    [
      'the beginning of CDATA in CDATA as text',
      '<xml><A><![CDATA[a <![CDATA[ b]]></A></xml>',
      { A: 'a <![CDATA[ b' },
    ],
    [
      'entities as they are written',
      '<xml><A>&lt;&#65;&amp;&unknown;</A></xml>',
      { A: '&lt;&#65;&amp;&unknown;' },
    ],
    ['elements inside', '<xml><A><B><C>1</C></B></A></xml>', { A: { B: { C: '1' } } }],
    ['a name that comes twice', '<xml><A>1</A><A>2</A></xml>', { A: ['1', '2'] }],
    ['names with spaces', '<xml>< A>b</ A><B >2</B ></xml>', { A: 'b', B: '2' }],
    ['CDATA with a space after a bracket', '<xml><A><![CDATA[1 < 2]]></A></xml>', { A: '1 < 2' }],
    [
      'names that every object has',
      '<xml><toString>1</toString><hasOwnProperty>2</hasOwnProperty></xml>',
      { __toString: '1', __hasOwnProperty: '2' },
    ],
    ['a declaration before', '<?xml version="1.0" encoding="utf-8"?>\n<xml><A>1</A></xml>', { A: '1' }],
    ['nothing at all', '<xml></xml>', {}],
    [
      'eight levels below the root',
      `<xml>${'<a>'.repeat(8)}${'</a>'.repeat(8)}</xml>`,
      { a: { a: { a: { a: { a: { a: { a: { a: '' } } } } } } } },
    ],
  ])('takes %s', (_what, text, fields) => {
    expect(readXml(text)).toEqual(fields);
  });

  it('leaves the prototype of everything alone', () => {
    expect(() => readXml('<xml><__proto__><polluted>1</polluted></__proto__></xml>')).toThrow(PushRefused);
    expect(() => readXml('<xml><constructor>1</constructor></xml>')).toThrow(PushRefused);
    expect(({} as any).polluted).toBeUndefined();
  });

  const entities = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join(
    '',
  );
  it.each<[string, string]>([
    ['a billion laughs', `<!DOCTYPE xml [<!ENTITY l0 "ha">${entities}]><xml><A>&l10;</A></xml>`],
    ['an external entity', '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><A>&e;</A></xml>'],
    ['an external DTD', '<!DOCTYPE xml SYSTEM "http://example.com/evil.dtd"><xml><A>1</A></xml>'],
    ['a DTD after the declaration', '<?xml version="1.0"?><!DOCTYPE xml><xml><A>1</A></xml>'],
    ['a DTD in lower case', '<!doctype xml><xml><A>1</A></xml>'],
    ['a DTD inside the root', '<xml><!DOCTYPE xml><A>1</A></xml>'],
    [
      'a DTD hidden from a reader of CDATA',
      '<xml a="<![CDATA["><!DOCTYPE xml [<!ENTITY e "1">]>]]><A>&e;</A></xml>',
    ],
    ['a comment', '<xml><!-- <![CDATA[ --><A>1</A><!-- ]]> --></xml>'],
    ['an instruction', '<xml><?php echo 1 ?><A>1</A></xml>'],
    ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><xml/>'],
    ['an attribute', '<xml><A b="1">1</A></xml>'],
    ['a giant attribute', `<xml><A b="${'b'.repeat(60_000)}">1</A></xml>`],
    ['a giant name', `<xml><${'a'.repeat(60_000)}/></xml>`],
    ['a giant declaration', `<?xml ${'a'.repeat(60_000)}?><xml/>`],
    ['a namespace', '<x:xml><A>1</A></x:xml>'],
    ['CDATA without an end', '<xml><A><![CDATA[1</A></xml>'],
    ['CDATA in a tag', '<xml><A<![CDATA[>]]>>1</A></xml>'],
    ['CDATA that would join a tag', '<xml><<![CDATA[]]>A>1</A></xml>'],
    ['CDATA before the root', '<![CDATA[1]]><xml/>'],
    ['CDATA in lower case', '<xml><A><![cdata[1]]></A></xml>'],
    ['a tag in a tag', '<xml><A<B>>1</A></xml>'],
    ['more than eight levels below the root', `<xml>${'<a>'.repeat(9)}${'</a>'.repeat(9)}</xml>`],
    ['a depth of thousands', `${'<a>'.repeat(9000)}${'</a>'.repeat(9000)}`],
    ['thousands of elements', `<xml>${'<a/>'.repeat(2000)}</xml>`],
    ['tags that do not match', '<xml><A>1</B></xml>'],
    ['a tag without an end', '<xml><A>1'],
    ['an end without a tag', '<xml></A></xml>'],
    ['text before the root', 'text<xml><A>1</A></xml>'],
    ['text after the root', '<xml><A>1</A></xml>text'],
    ['two roots', '<xml><A>1</A></xml><xml><A>2</A></xml>'],
    ['a second root of another name', '<xml><A>1</A></xml><b/>'],
    ['another root', '<html><A>1</A></html>'],
    ['a root in another case', '<XML><A>1</A></XML>'],
    ['a root of text', '<xml>text</xml>'],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(() => readXml(text)).toThrow(PushRefused);
  });

  const size = 64 * 1024;
  it.each<[string, string]>([
    ['sections without an end', '<![CDATA['],
    ['sections', '<![CDATA[]]>'],
    ['opening tags', '<a>'],
    ['closing tags', '</a>'],
    ['elements', '<a>1</a>'],
    ['brackets', '<'],
    ['brackets and spaces', '< '],
    ['spaces', ' '],
    ['unfinished tags', '<a '],
    ['entities', '&a;'],
  ])('is done with 64 KiB of %s in less than a second', (_what, part) => {
    const text = `<xml>${part.repeat(size / part.length)}</xml>`;
    const startedAt = performance.now();
    const outcome = outcomeOf(() => readXml(text));
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(outcome === 'read' || outcome instanceof PushRefused).toBe(true);
  });
});

describe('writing', () => {
  it('puts texts into CDATA and leaves numbers bare', () => {
    expect(writeXml({ A: 'a & <b>', B: 1 })).toBe('<xml><A><![CDATA[a & <b>]]></A><B>1</B></xml>');
  });

  it.each(['a]]>b', ']]>', ']]]]>>', ']]><Content>forged</Content><![CDATA[', 'x]]&gt;', '小明😀'])(
    'gives %p back when it is read again',
    (text) => {
      expect(readXml(writeXml({ A: text, B: 1 }))).toEqual({ A: text, B: '1' });
    },
  );

  it('leaves out what XML cannot hold', () => {
    expect(readXml(writeXml({ A: 'a\u0000b\u000bc\ud800d\ufffee\n' }))).toEqual({ A: 'abcde\n' });
  });
});
