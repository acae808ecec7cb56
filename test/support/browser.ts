import type { Answer, Client } from './client.js';

/** Something that keeps cookies and goes where it is sent, as far as our own API is concerned. */
export interface Browser {
  /** Follows no redirect by itself. */
  open(url: string, options?: { accept?: string; via?: Client }): Promise<Answer>;
  post(path: string, body: unknown, options?: { token?: string }): Promise<Answer>;
  cookies: Map<string, string>;
}

export function browser(client: Client): Browser {
  const cookies = new Map<string, string>();
  const header = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const keep = (answer: Answer) => {
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (value === '') cookies.delete(name!);
      else cookies.set(name!, value!);
    }
    return answer;
  };
  return {
    cookies,
    open: async (url, { accept = 'application/json', via = client } = {}) => {
      const { pathname, search } = new URL(url, 'http://unknown');
      return keep(
        await via.api('GET', pathname + search, undefined, { headers: { cookie: header(), accept } }),
      );
    },
    post: async (path, body, { token } = {}) =>
      keep(await client.api('POST', path, body, { token, headers: { cookie: header() } })),
  };
}

/** Where an answer sends the browser. */
export function placeOf({ headers }: Answer): URL {
  return new URL(headers.get('location') ?? 'none:');
}
