import type { endReasons } from '../platform/errors/error-data.js';

export type EndReason = (typeof endReasons)[number];
