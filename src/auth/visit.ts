import type { FastifyRequest } from 'fastify';
import { clientAddress } from '../platform/http/client-address.js';
import type { DeviceInput } from './login.schemas.js';

/** Where a login comes from. */
export interface Visit {
  address: string;
  userAgent?: string;
  device?: DeviceInput;
}

export function visitOf(request: FastifyRequest, device: DeviceInput | undefined): Visit {
  return { address: clientAddress(request), userAgent: request.headers['user-agent'], device };
}
