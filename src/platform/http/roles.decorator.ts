import { Reflector } from '@nestjs/core';

/** What a user may be beside a plain one. */
export type PrivilegedRole = 'admin' | 'auditor';

/** Whose callers a route is for; without it, everybody's who is logged in. */
export const RolesOfRoute = Reflector.createDecorator<PrivilegedRole[]>();

/** Lets through who has one of these roles, and nobody else. */
export const Roles = (...roles: PrivilegedRole[]) => RolesOfRoute(roles);
