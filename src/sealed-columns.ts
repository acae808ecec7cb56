import type { SealedColumn } from './platform/crypto/sealed-column.js';
import { sealedPrivateKeys } from './session/signing-key-rows.js';

/** Every sealed column of the database, as `keys reseal` goes through them; a test compares it with the entities. */
export const sealedColumns: SealedColumn[] = [sealedPrivateKeys];
