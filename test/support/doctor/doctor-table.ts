import type { Finding } from '../../../src/doctor/finding.js';

/** Condition, how it was provoked, what was said, in Markdown. */
export class DoctorTable {
  private readonly rows: string[][] = [];

  add(how: string, { id, status, title, remedy }: Finding): void {
    this.rows.push([id, how, status, title.en, remedy?.en ?? '']);
  }

  toString(): string {
    const head = ['condition', 'provoked by', 'status', 'it said', 'remedy'];
    const lines = [head, head.map(() => '---'), ...this.rows];
    return lines
      .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
      .join('');
  }
}
