/** A column whose values are sealed, each bound to its row. */
export class SealedColumn {
  /** @param key the table's primary key, a single column of text */
  constructor(
    readonly table: string,
    readonly key: string,
    readonly column: string,
  ) {}

  /** What a value of this row is bound to. */
  placeOf(id: string): string {
    return `${this.table}:${id}:${this.column}`;
  }

  toString(): string {
    return `${this.table}.${this.column}`;
  }
}
