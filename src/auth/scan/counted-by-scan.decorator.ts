import { SetMetadata } from '@nestjs/common';

export const isCountedByScanKey = 'isCountedByScan';

/** Asked by its own browser, a scan is counted by itself: many behind one address must not use up each other's API_LIMIT. */
export const CountedByScan = () => SetMetadata(isCountedByScanKey, true);
