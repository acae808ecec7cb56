import { SealedColumn } from '../platform/crypto/sealed-column.js';

export const sealedPhone = new SealedColumn('users', 'id', 'phone_sealed');
export const sealedSessionKeys = new SealedColumn('wechat_identities', 'id', 'session_keys_sealed');
export const sealedBeforeMerge = new SealedColumn('user_merges', 'id', 'before_sealed');
