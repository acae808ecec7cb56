import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { applyFault } from './apply-fault.js';
import { shownAnswer } from './call-secrets.js';
import { connect } from './connect.plugin.js';
import { Refusal } from './refusal.js';
import { serverRoutes } from './server.routes.js';
import type { Simulation } from './simulation.js';
import { snsRoutes } from './sns.routes.js';
import { contentTypeOf, refusalBody, wechatJson } from './wechat-answer.js';
import { pathOf } from './wechat-request.js';

/** WeChat's own hosts: here faults strike, calls are remembered, and every answer has WeChat's form. */
export async function wechat(instance: FastifyInstance, simulation: Simulation): Promise<void> {
  const { calls, faults, settings, now } = simulation;

  instance.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request, instance.prefix);
    const fault = faults.take(path) ?? null;
    const call = calls.record(request, path, now(), fault);
    return fault ? applyFault(fault, call, reply, simulation) : undefined;
  });

  instance.addHook('preValidation', async (request) => calls.recordBody(request));

  instance.addHook('preSerialization', async (request, reply) => {
    reply.header('content-type', contentTypeOf(pathOf(request, instance.prefix), settings));
  });

  instance.setReplySerializer((payload) => wechatJson(payload, settings));

  instance.addHook('onSend', async (request, reply, payload) => {
    const call = calls.of(request);
    if (!call) return;
    if (call.fault?.contentType) reply.header('content-type', call.fault.contentType);
    const contentType = String(reply.getHeader('content-type'));
    const isText =
      typeof payload === 'string' || (Buffer.isBuffer(payload) && !contentType.startsWith('image/'));
    const body = isText ? shownAnswer(payload.toString()) : null;
    calls.recordAnswer(call, { status: reply.statusCode, contentType, body });
  });

  instance.setErrorHandler((error, request, reply) => {
    if (!(error instanceof Refusal)) request.log.error(error);
    const refusal = error instanceof Refusal ? error : new Refusal(-1);
    refuse(refusal, request, reply);
  });

  instance.setNotFoundHandler((request, reply) => refuse(new Refusal(40066), request, reply));

  function refuse(refusal: Refusal, request: FastifyRequest, reply: FastifyReply) {
    return reply.send(refusalBody(refusal, pathOf(request, instance.prefix), settings, now()));
  }

  snsRoutes(instance, simulation);
  serverRoutes(instance, simulation);
  await instance.register(async (pages) => connect(pages, simulation));
}
