import { SetMetadata } from '@nestjs/common';

export const isPublicKey = 'isPublic';

/** Steps aside from the guard that denies by default. */
export const Public = () => SetMetadata(isPublicKey, true);
