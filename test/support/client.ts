/** An answer with its envelope taken apart. */
export interface Answer<Data = any> {
  status: number;
  headers: Headers;
  text: string;
  json: { code: number; error?: string; message: string; data: Data; traceId: string };
  data: Data;
  error?: string;
}

export interface RequestOptions {
  token?: string;
  headers?: Record<string, string>;
  /** Sent as it is, for what JSON.stringify would not write. */
  raw?: string;
}

export interface Client {
  api: (method: string, path: string, body?: unknown, options?: RequestOptions) => Promise<Answer>;
}

/** Speaks HTTP to one replica, and nothing else. */
export function createClient(base: string): Client {
  return {
    async api(method, path, body, { token, headers, raw } = {}) {
      const response = await fetch(
        `${base}${path.startsWith('/api') || path.startsWith('/.') ? '' : '/api/v1'}${path}`,
        {
          method,
          redirect: 'manual',
          headers: {
            ...(body !== undefined || raw !== undefined ? { 'content-type': 'application/json' } : {}),
            ...(token ? { authorization: `Bearer ${token}` } : {}),
            ...headers,
          },
          body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
        },
      );
      const text = await response.text();
      const json = parse(text);
      return {
        status: response.status,
        headers: response.headers,
        text,
        json,
        data: json?.data,
        error: json?.error,
      };
    },
  };
}

function parse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
