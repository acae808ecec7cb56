import { WebSocket } from 'ws';
import type { Answer, Client } from './client.js';
import type { Replica, RunningService } from './start-service.js';
import { miniProgram } from './start-simulator.js';

export interface View {
  status: string;
  loginCode?: string;
  user?: { nickname: string | null; avatarUrl: string | null };
}

interface BeginOptions {
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** A computer that has begun a scan, and knows its token and its cookie. */
export async function computer(client: Client, { body = {}, headers = {} }: BeginOptions = {}) {
  const begun = await client.api(
    'POST',
    '/auth/scans',
    { via: 'mini-program', ...(body.via === undefined && { appId: miniProgram.appId }), ...body },
    { headers },
  );
  if (begun.status !== 201) throw new Error(`no scan: ${begun.text}`);
  const { scanId, scanToken } = begun.data as { scanId: string; scanToken: string };
  const path = `/auth/scans/${scanId}`;
  const byToken = { 'x-scan-token': scanToken };
  const ask = (query = '', via: Client = client): Promise<Answer<View>> =>
    via.api('GET', `${path}${query}`, undefined, { headers: byToken });
  const exchange = async (loginCode: string, codeVerifier?: string, via: Client = client) =>
    via.api('POST', '/auth/token', { loginCode, ...(codeVerifier && { codeVerifier }) });
  return {
    ...begun.data,
    begun,
    scanId,
    scanToken,
    path,
    byToken,
    cookie: begun.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '',
    ask,
    exchange,
  };
}

/** A phone of somebody who is logged in there. */
export function phone(client: Client, token: string, headers: Record<string, string> = {}) {
  const post =
    (act: string) =>
    (scanId: string, body?: object, via: Client = client): Promise<Answer> =>
      via.api('POST', `/auth/scans/${scanId}/${act}`, body, { token, headers });
  return {
    scanned: post('scanned'),
    confirm: post('confirm'),
    reject: post('reject'),
    request: (scanId: string) =>
      client.api('GET', `/auth/scans/${scanId}/request`, undefined, { token, headers }),
  };
}

/** Reads a stream of server-sent events to its end. */
export function events({ base }: Pick<Replica, 'base'>, path: string, headers: Record<string, string>) {
  const leaving = new AbortController();
  const views: View[] = [];
  let text = '';
  const opened = fetch(`${base}/api/v1${path}/events`, { headers, signal: leaving.signal });
  const read = async () => {
    const response = await opened;
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n').filter((block) => block.includes('event: status'));
      views.splice(0, views.length, ...blocks.map((block) => JSON.parse(/data: (.*)/.exec(block)![1]!)));
    }
    return views;
  };
  return { opened, views, ended: read(), text: () => text, leave: () => leaving.abort() };
}

/** Listens over WebSocket to its end. */
export function socket(
  { base }: Pick<Replica, 'base'>,
  path: string,
  { headers = {}, first }: { headers?: Record<string, string>; first?: string },
) {
  const views: View[] = [];
  const connection = new WebSocket(`${base.replace('http', 'ws')}/api/v1${path}/socket`, { headers });
  connection.on('open', () => first !== undefined && connection.send(first));
  connection.on('message', (data: Buffer) => views.push(JSON.parse(data.toString('utf8')) as View));
  const ended = new Promise<{ code: number }>((resolve) => {
    connection.on('close', (code) => resolve({ code }));
    connection.on('unexpected-response', (_request, response) => {
      resolve({ code: response.statusCode ?? 0 });
      connection.terminate();
    });
    connection.on('error', () => undefined);
  });
  return { connection, views, ended };
}

/** A person scans what an official account's QR code says; what WeChat then pushed, and was answered. */
export async function scanByWechat({ simulator }: RunningService, sceneStr: string, person: string) {
  const response = await fetch(`${simulator.url}/control/scans`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sceneStr, person }),
  });
  const answer = (await response.json()) as { event: string; deliveries: { body: string | null }[] };
  if (!response.ok) throw new Error(`the simulator refused: ${JSON.stringify(answer)}`);
  return answer;
}
