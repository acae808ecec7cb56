import type { FastifyRequest } from 'fastify';
import { whenceOf } from '../platform/http/client-address.js';
import type { DeviceInput } from './login.schemas.js';

/** Where a login comes from. */
export interface Visit {
  address: string;
  userAgent?: string;
  device?: DeviceInput;
  /** The name that was typed, at the door where one is. */
  username?: string;
}

export function visitOf(request: FastifyRequest, device: DeviceInput | undefined): Visit {
  return { ...whenceOf(request), device };
}
