import { html } from './html.js';

const hostile = `"><script>alert('x')</script>&`;

test('values are escaped, in text as in attributes', () => {
  expect(html`<a title="${hostile}">${hostile}</a>`.text).toBe(
    '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">' +
      '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</a>',
  );
});

test('HTML within HTML is not escaped again, alone or in a list', () => {
  const item = html`<i>${'<b>'}</i>`;
  expect(html`${item}${[item, item]}`.text).toBe('<i>&lt;b&gt;</i>'.repeat(3));
});

test.each<[unknown]>([[{ text: '<script>' }], [[{ text: '<script>' }]], [{ toString: () => '<script>' }]])(
  'what only looks like HTML of ours is escaped: %j',
  (forged) => {
    expect(html`${forged as never}`.text).not.toContain('<script>');
  },
);
