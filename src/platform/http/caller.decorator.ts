import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Who is calling, as the guard has proved it. */
export interface Caller {
  userId: string;
  sessionId: string;
  role: string;
  /** The door's appId, `wxpass` for passwords. */
  clientId: string;
  /** A cookie spoke for the caller, not a Bearer token. */
  byCookie: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}

/** The caller of a guarded route. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('a public route asks for its caller');
  return caller;
});
