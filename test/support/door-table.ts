const cases = [
  'first login',
  'repeat',
  'linked',
  'late unionid',
  'foreign code',
  'used code',
  '50 at once',
  'locked',
] as const;
export type Case = (typeof cases)[number];

/** What happened at each door in each case, to be read side by side. */
export class DoorTable {
  private readonly rows = new Map<string, Partial<Record<Case, string[]>>>();

  /** Adds words to what is known of a case. */
  note(door: string, which: Case, words: string): void {
    const row = this.rows.get(door) ?? {};
    this.rows.set(door, { ...row, [which]: [...(row[which] ?? []), words] });
  }

  /** In Markdown. */
  toString(): string {
    const rows = [...this.rows].map(([door, row]) => [
      door,
      ...cases.map((which) => row[which]?.join('; ') ?? ''),
    ]);
    const head = ['door', ...cases];
    const lines = [head, head.map(() => '---'), ...rows];
    return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  }
}
