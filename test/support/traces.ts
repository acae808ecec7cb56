/** Every spelling in which a text may lie somewhere, by its name. */
function spellingsOf(text: string): Record<string, string[]> {
  const bytes = Buffer.from(text);
  const escaped = text.replaceAll(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  const base64 = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // What depends on the bytes beside it is left out.
    const own = encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor(((offset + bytes.length) * 4) / 3));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = bytes.toString('hex');
  return {
    plain: [text],
    'JSON-escaped': [JSON.stringify(text).slice(1, -1), escaped, escaped.toUpperCase()],
    'percent-encoded': [encodeURIComponent(text)],
    hexadecimal: [hex, hex.toUpperCase()],
    base64,
  };
}

/**
 * Where planted texts stand in what was found, and in which spelling.
 * @param found texts by the name of their place
 */
export function tracesOf(planted: readonly string[], found: ReadonlyMap<string, string>): string[] {
  return planted.flatMap((text) =>
    Object.entries(spellingsOf(text)).flatMap(([spelling, forms]) =>
      [...found]
        .filter(([, content]) => forms.some((form) => content.includes(form)))
        .map(([place]) => `${text} (${spelling}) in ${place}`),
    ),
  );
}
