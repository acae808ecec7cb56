import type { SealedColumn } from '../platform/crypto/sealed-column.js';
import type { Schema } from '../platform/database/data-source.js';

/** What the features define and no folder below main may collect. */
export interface Parts {
  schema: Schema;
  sealedColumns: SealedColumn[];
}
