import { Agent, request } from 'undici';
import type { PushConfig } from './push-configs.js';
import { readReply, type PushReply } from './push-reply.js';
import { newNonce, pushRequest, verificationUrl, type PushFlaws } from './push-request.js';
import type { PushMessage } from './push-text.js';
import type { ServerSettings } from './server-settings.js';

const maxResponseBytes = 1024 * 1024;

export interface PushOptions extends PushFlaws {
  /** How often in all, while it is not accepted; the setting where omitted. */
  deliveries?: number;
  /** As often even where it is accepted. */
  insist?: boolean;
}

/** How one delivery went. */
export interface Delivery {
  /** Null where there was no answer. */
  status: number | null;
  body: string | null;
  /** Whether WeChat is content and does not repeat it. */
  accepted: boolean;
  /** Why it is not. */
  problem?: string;
  reply?: PushReply;
}

type Answer = Pick<Delivery, 'status' | 'body' | 'problem'>;

/** Delivers pushes to the configured addresses, and nowhere else. */
export class PushSender {
  private readonly stopping = new AbortController();

  constructor(
    private readonly settings: ServerSettings,
    private readonly now: () => number,
  ) {}

  /** Whether the server at the address echoes what it is sent, as WeChat asks when the address is configured. */
  async verify(config: PushConfig): Promise<Answer & { ok: boolean }> {
    const echostr = newNonce() + newNonce();
    const answer = await this.exchange('GET', verificationUrl(config, echostr, this.now()));
    return { ok: answer.status === 200 && answer.body === echostr, ...answer };
  }

  /** Delivers until it is accepted, three times where nothing else is said. */
  async send(
    config: PushConfig,
    appId: string,
    message: PushMessage,
    { deliveries = this.settings.pushDeliveries, insist = false, ...flaws }: PushOptions = {},
  ): Promise<Delivery[]> {
    const made: Delivery[] = [];
    let push = pushRequest(config, appId, message, flaws, this.now());
    while (made.length < deliveries && (insist || !made.at(-1)?.accepted)) {
      if (made.length > 0 && this.settings.pushSignsAnew) {
        push = pushRequest(config, appId, message, flaws, this.now());
      }
      const answer = await this.exchange('POST', push.url, push);
      made.push(judge(answer, config, { appId, nonce: push.nonce, message }));
    }
    return made;
  }

  /** Cuts what is under way, for the server to close. */
  stop(): void {
    this.stopping.abort();
  }

  private async exchange(
    method: 'GET' | 'POST',
    url: string,
    { contentType, body }: { contentType?: string; body?: string } = {},
  ): Promise<Answer> {
    const dispatcher = new Agent({ maxResponseSize: maxResponseBytes });
    const limit = AbortSignal.timeout(this.settings.pushTimeoutMs);
    try {
      const headers = { 'user-agent': 'Mozilla/4.0', ...(contentType && { 'content-type': contentType }) };
      const signal = AbortSignal.any([limit, this.stopping.signal]);
      const answer = await request(url, { method, headers, body, dispatcher, signal });
      return { status: answer.statusCode, body: await answer.body.text() };
    } catch {
      return { status: null, body: null, problem: limit.aborted ? 'timeout' : 'unreachable' };
    } finally {
      await dispatcher.destroy();
    }
  }
}

function judge(answer: Answer, config: PushConfig, push: Parameters<typeof readReply>[2]): Delivery {
  if (answer.body === null) return { ...answer, accepted: false };
  if (answer.status !== 200) return { ...answer, accepted: false, problem: `HTTP ${answer.status}` };
  try {
    const reply = readReply(answer.body, config, push);
    return { ...answer, accepted: true, ...(reply && { reply }) };
  } catch (error) {
    return { ...answer, accepted: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
