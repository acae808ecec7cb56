/** What terminals show in two columns. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF01-\uFF60\p{Emoji_Presentation}]/u;
/** Names are other people's: what would move the cursor or turn the writing round is shown as a mark. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Rows in columns of equal width, below the names of the columns.
 * @param nextCursor where there are more
 */
export function textTable<Column extends string>(
  rows: readonly Record<Column, string | null>[],
  columns: readonly Column[],
  nextCursor: string | null = null,
): string {
  const lines = [[...columns], ...rows.map((row) => columns.map((column) => shown(row[column])))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => widthOf(line[i]!))));
  const text = lines.map((line) =>
    line
      .map((cell, i) => padded(cell, widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  const more = nextCursor === null ? [] : [`--cursor ${nextCursor}`];
  return [...text, ...more].join('\n');
}

function shown(value: string | null): string {
  return value === null ? '-' : value.replace(unprintable, '\uFFFD');
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(width - widthOf(cell));
}

function widthOf(text: string): number {
  return Array.from(text).reduce((width, character) => width + (wide.test(character) ? 2 : 1), 0);
}
