import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: object;
  signal?: AbortSignal | undefined;
}

export interface Reply<T> {
  status: number;
  /** `data` of the envelope. */
  data: T;
  cookie: string | undefined;
  /** Which of the replicas behind the proxy has answered. */
  replica: string | undefined;
}

const agent = new Agent({ keepAlive: true });
export const againMs = 1000;
const repetitionsAllowed = 5;

/** How often a request of this run had to be repeated, because a dependency did not answer in time. */
export const unavailable = { answers: 0 };

/** One request; node:http itself, so that the browsers in this process cost little beside the service. */
export async function call<T>(
  url: string,
  { method = 'GET', headers, body, signal }: Call = {},
): Promise<Reply<T>> {
  const json = body && { 'content-type': 'application/json' };
  const answer = await send(url, { method, headers: { ...headers, ...json }, signal }, body);
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return {
    status: answer.statusCode!,
    data: (JSON.parse(text) as { data: T }).data,
    cookie: answer.headers['set-cookie']?.[0]?.split(';', 1)[0],
    replica: replicaOf(answer),
  };
}

/**
 * The same, asked again while the answer is 503, as a client would: where other work starves the machine, a Redis command
 * may take longer than it is given.
 * @throws Error with any other answer than a good one
 */
export async function require2xx<T>(url: string, options: Call = {}): Promise<Reply<T>> {
  for (let repetition = 0; ; repetition++) {
    const reply = await call<T>(url, options);
    if (reply.status < 300) return reply;
    if (reply.status !== 503 || repetition === repetitionsAllowed) {
      throw new Error(`${options.method ?? 'GET'} ${url} answered ${reply.status}`);
    }
    unavailable.answers += 1;
    await sleep(againMs);
  }
}

/** Opens a stream on a connection of its own. */
export function openStream(
  url: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return send(url, { headers, signal, agent: false });
}

export function replicaOf({ headers }: IncomingMessage): string | undefined {
  return headers['x-replica'] as string | undefined;
}

interface Send extends Omit<Call, 'body'> {
  agent?: false;
}

function send(url: string, options: Send, body?: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, ...options }, resolve);
    outgoing.on('error', reject);
    outgoing.end(body && JSON.stringify(body));
  });
}
