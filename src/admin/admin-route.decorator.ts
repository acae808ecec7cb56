import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiMachineClient } from '../platform/http/openapi-oauth.js';
import { ApiCallerErrors, ApiErrors } from '../platform/http/openapi.js';
import { Roles, type PrivilegedRole } from '../platform/http/roles.decorator.js';
import { ClientScope } from '../session/machine-client.guard.js';

/** A route for users of these roles, and for machine clients of scope admin. */
export function AdminRoute(...roles: PrivilegedRole[]): MethodDecorator {
  return applyDecorators(
    Roles(...roles),
    ClientScope('admin'),
    ApiBearerAuth(),
    ApiMachineClient(),
    ApiCallerErrors(),
    ApiErrors('forbidden', 'invalid_request', 'request_signature_invalid', 'nonce_replayed', 'blocked'),
  );
}
