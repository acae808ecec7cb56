import type { SealedColumn } from './platform/crypto/sealed-column.js';
import { sealedPrivateKeys } from './session/signing-key-rows.js';
import { sealedBeforeMerge, sealedPhone, sealedSessionKeys } from './users/sealed-user-columns.js';

/** Every sealed column of the database, as `keys reseal` goes through them; a test compares it with the entities. */
export const sealedColumns: SealedColumn[] = [
  sealedPrivateKeys,
  sealedPhone,
  sealedSessionKeys,
  sealedBeforeMerge,
];
