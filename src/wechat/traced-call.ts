import { traced, type Span } from '../platform/observability/tracing.js';
import { endOfCall } from './end-of-call.js';
import { verdictSchema } from './wechat-api.schemas.js';
import { ridOf } from './wechat-errors.js';
import type { WechatAnswer, WechatHost, WechatRequest } from './wechat-host.js';

/** Makes a call a span that tells where it went, and how WeChat answered: errcode and rid. */
export function tracedCall(
  host: WechatHost,
  { method, path }: WechatRequest,
  ask: () => Promise<WechatAnswer>,
): Promise<WechatAnswer> {
  const facts = { 'http.request.method': method, 'url.template': path, 'server.address': host.name };
  return traced(facts, async (span) => {
    try {
      const answer = await ask();
      noteVerdict(span, answer);
      return answer;
    } catch (error) {
      span.note({ 'error.type': endOfCall(error) });
      throw error;
    }
  });
}

function noteVerdict(span: Span, answer: WechatAnswer): void {
  const verdict = 'image' in answer ? undefined : verdictSchema.safeParse(answer.answer).data;
  const errcode = verdict?.errcode ?? 0;
  const rid = ridOf(verdict?.errmsg ?? '');
  span.note({ 'wechat.errcode': errcode, ...(rid !== null && { 'wechat.rid': rid }) });
  if (errcode !== 0) span.note({ 'error.type': String(errcode) });
}
