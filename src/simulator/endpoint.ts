import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from './refusal.js';

/** An endpoint of WeChat's with the one method it takes; the other one is refused with 43001 or 43002. */
export function endpoint(
  wechat: FastifyInstance,
  method: 'GET' | 'POST',
  url: string,
  answer: (request: FastifyRequest) => unknown,
): void {
  const other = method === 'GET' ? 'POST' : 'GET';
  wechat.route({ method, url, exposeHeadRoute: false, handler: async (request) => answer(request) });
  wechat.route({
    method: other,
    url,
    exposeHeadRoute: false,
    handler: async () => {
      throw new Refusal(method === 'GET' ? 43001 : 43002);
    },
  });
}

/** The JSON object that was posted; throws Refusal 44002 where nothing was, 47001 where it is none. */
export function postedJson(request: FastifyRequest): Record<string, unknown> {
  const text = typeof request.body === 'string' ? request.body : '';
  if (text.trim() === '') throw new Refusal(44002);
  const json = jsonOf(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Refusal(47001);
  return json as Record<string, unknown>;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(47001);
  }
}
