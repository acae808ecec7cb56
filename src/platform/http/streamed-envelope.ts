import { Readable } from 'node:stream';
import { success } from './envelope.js';

/** A list that is too long to be held, page by page; a page is read when the one before has left. */
export type Pages<Item = unknown> = AsyncIterable<Item[]>;

/** A good answer of the API whose data are written as they are read: fields that are pages become one list each. */
export function streamSuccess(fields: Record<string, unknown>): Readable {
  const { data: _none, ...envelope } = success(null);
  return Readable.from(answerPieces(envelope, fields));
}

async function* answerPieces(envelope: object, fields: Record<string, unknown>): AsyncGenerator<string> {
  yield `${JSON.stringify(envelope).slice(0, -1)},"data":{`;
  for (const [i, [name, value]] of Object.entries(fields).entries()) {
    yield `${i === 0 ? '' : ','}${JSON.stringify(name)}:`;
    if (isPages(value)) yield* listPieces(value);
    else yield JSON.stringify(value);
  }
  yield '}}';
}

async function* listPieces(pages: Pages): AsyncGenerator<string> {
  let separator = '[';
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield separator + page.map((item) => JSON.stringify(item)).join();
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}

function isPages(value: unknown): value is Pages {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
