import { Deadline } from './deadline.js';
import { WxpassError } from './wxpass-error.js';

const timeLimitMs = 10_000;

export interface ApiOptions {
  /** Where the service is, without a slash at the end; the page's own origin where absent. */
  baseUrl?: string;
  /** The language of messages. */
  lang?: string;
  credentials?: RequestCredentials;
  fetch?: typeof fetch;
}

interface Call {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timeLimitMs?: number;
}

/** Calls the service and takes its envelope off. */
export class Api {
  readonly baseUrl: string;

  constructor(private readonly options: ApiOptions = {}) {
    this.baseUrl = (options.baseUrl || ownOrigin()).replace(/\/+$/, '');
  }

  /** @throws WxpassError */
  async call<T>(path: string, { timeLimitMs: limitMs = timeLimitMs, ...call }: Call = {}): Promise<T> {
    const deadline = new Deadline(limitMs, call.signal);
    try {
      return await dataOf<T>(await this.send(path, { ...call, signal: deadline.signal }));
    } finally {
      deadline.clear();
    }
  }

  /** The bare answer. @throws WxpassError `network_error` */
  async send(path: string, { method = 'GET', body, headers, signal }: Call = {}): Promise<Response> {
    const { credentials = 'same-origin', lang, fetch: send = globalThis.fetch } = this.options;
    const content = body === undefined ? undefined : JSON.stringify(body);
    try {
      return await send.call(globalThis, this.baseUrl + path, {
        method,
        credentials,
        signal,
        cache: 'no-store',
        body: content,
        headers: {
          ...(content === undefined ? {} : { 'content-type': 'application/json' }),
          ...(lang ? { 'accept-language': lang } : {}),
          ...headers,
        },
      });
    } catch (cause) {
      throw noAnswer(cause);
    }
  }
}

/** What a good answer holds. @throws WxpassError what a bad one says */
export async function dataOf<T>(response: Response): Promise<T> {
  if (!response.ok) throw await failureOf(response);
  try {
    return ((await response.json()) as { data: T }).data;
  } catch (cause) {
    throw noAnswer(cause);
  }
}

interface Refusal {
  error?: unknown;
  message?: string;
  code?: number;
  data?: unknown;
  traceId?: string;
}

/** What a bad answer says, also where a proxy gave it and not the service. */
export async function failureOf(response: Response): Promise<WxpassError> {
  const { status, statusText, headers } = response;
  const refusal = (await response.json().catch(() => undefined)) as Refusal | null | undefined;
  const retryAfterSeconds = Number(headers.get('retry-after'));
  return new WxpassError({
    ...refusal,
    error: typeof refusal?.error === 'string' ? refusal.error : `http_${status}`,
    message: refusal?.message ?? (statusText || `HTTP ${status}`),
    status,
    retryAfterMs: retryAfterSeconds > 0 ? retryAfterSeconds * 1000 : undefined,
  });
}

function noAnswer(cause: unknown): WxpassError {
  return new WxpassError({ error: 'network_error', message: 'The service cannot be reached', cause });
}

function ownOrigin(): string {
  return typeof location === 'undefined' ? '' : location.origin;
}
