import { isDeepStrictEqual } from 'node:util';

/** How a request came out, as far as races care. */
export interface Ending {
  status: number;
  error?: string;
  data?: any;
}

const columns = ['race', 'rounds', 'requests', 'outcomes', 'violations', 'seconds'] as const;

/** The same moment again and again: what all rounds showed, and every demand that one of them broke. */
class Race {
  readonly violations: string[] = [];
  private readonly endings: string[] = [];
  private round = 0;
  private seconds = 0;

  constructor(private readonly name: string) {}

  /** One round after the other; a round is told which it is, the first is 0. */
  async run(rounds: number, play: (round: number) => Promise<void>): Promise<void> {
    const started = performance.now();
    for (; this.round < rounds; this.round++) await play(this.round);
    this.seconds += (performance.now() - started) / 1000;
  }

  /** Starts so many in one moment; what they are told of themselves is their place in the crowd. */
  async atOnce<Answer extends Ending>(
    count: number,
    start: (place: number) => Promise<Answer>,
  ): Promise<Answer[]> {
    const answers = await Promise.all(Array.from({ length: count }, (_, place) => start(place)));
    this.endings.push(...answers.map(wordsOf));
    return answers;
  }

  /** Notes a violation where what was seen is not what must hold. */
  demand(what: string, seen: unknown, wanted: unknown): void {
    if (isDeepStrictEqual(seen, wanted)) return;
    this.violations.push(
      `round ${this.round}: ${what}: ${JSON.stringify(seen)} and not ${JSON.stringify(wanted)}`,
    );
  }

  get row(): Record<(typeof columns)[number], string> {
    const outcomes = Object.entries(tally(this.endings)).map(([words, count]) => `${count} × ${words}`);
    return {
      race: this.name,
      rounds: String(this.round),
      requests: String(this.endings.length),
      outcomes: outcomes.join(', '),
      violations: String(this.violations.length),
      seconds: this.seconds.toFixed(1),
    };
  }
}

/** The races of one file, to be read side by side. */
export class RaceTable {
  private readonly races: Race[] = [];

  begin(name: string): Race {
    const race = new Race(name);
    this.races.push(race);
    return race;
  }

  /** In Markdown. */
  toString(): string {
    const rows = this.races.map(({ row }) => columns.map((column) => row[column]));
    const lines = [[...columns], columns.map(() => '---'), ...rows];
    return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  }
}

/** Status, error and reason in a line, such as `401 session_ended logged_out`. */
export function wordsOf({ status, error, data }: Ending): string {
  return [status, error, error && data?.reason].filter(Boolean).join(' ');
}

/** How many came out how, for instance `{ 200: 1, '409 nonce_replayed': 99 }`. */
export function tallyOf(endings: Ending[]): Record<string, number> {
  return tally(endings.map(wordsOf));
}

function tally(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** How those came out that came out in none of the ways expected. */
export function strangeAmong(endings: Ending[], expected: string[]): string[] {
  return distinct(endings.map(wordsOf)).filter((words) => !expected.includes(words));
}

export function distinct(words: string[]): string[] {
  return [...new Set(words)];
}
