import type { FastifyReply } from 'fastify';
import type { Call } from './calls.js';
import type { Fault } from './faults.js';
import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';
import { contentTypeOf } from './wechat-answer.js';

/**
 * Returns the reply where the fault settles it, and nothing where the call goes on its way; throws Refusal.
 * The body goes out as bytes, or Fastify would add a charset to its content type.
 */
export async function applyFault(
  fault: Fault,
  call: Call,
  reply: FastifyReply,
  { calls, held, settings }: Simulation,
): Promise<FastifyReply | undefined> {
  if (fault.delayMs) await held.holdFor(reply.raw, fault.delayMs);
  if (fault.hang) {
    calls.recordAnswer(call, 'hung');
    held.hold(reply.raw);
    return reply.hijack();
  }
  if (fault.reset) {
    calls.recordAnswer(call, 'reset');
    reply.request.socket.resetAndDestroy();
    return reply.hijack();
  }
  if (fault.status !== undefined || fault.body !== undefined) {
    return reply
      .code(fault.status ?? 200)
      .header('content-type', contentTypeOf(call.path, settings))
      .send(Buffer.from(fault.body ?? ''));
  }
  if (fault.errcode !== undefined) throw new Refusal(fault.errcode, fault.errmsg);
  return undefined;
}
