/** As many rows as a database passes over in a small part of the time that one query may take. */
export const biteRows = 100_000;

interface Bites {
  /** The key of the row that is `biteRows` rows further on in an index, if there are so many. */
  biteAfter: (key: string) => Promise<string | undefined>;
  /** How many rows there are after the last whole bite. */
  restAfter: (key: string) => Promise<number>;
}

/** Counts what no single query could: any number of rows, a bite after the other. What changes meanwhile is counted or not. */
export async function countInBites({ biteAfter, restAfter }: Bites): Promise<number> {
  let bites = 0;
  let key = '';
  for (let next = await biteAfter(key); next !== undefined; next = await biteAfter(key)) {
    bites += 1;
    key = next;
  }
  return bites * biteRows + (await restAfter(key));
}
