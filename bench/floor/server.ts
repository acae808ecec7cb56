import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { paths } from '../paths.js';
import type { Floor } from './floor.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** One plain node:http server over the floor. */
export function createFloorServer(floor: Floor): Server {
  const routes = routesOf(floor);
  return createServer((request, response) => {
    const answer = routes.get(request.url ?? '');
    if (!answer) return void response.writeHead(404).end();
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
}

function routesOf(floor: Floor): Map<string, Answer> {
  const address = (request: IncomingMessage) => request.socket.remoteAddress ?? '';
  return new Map<string, Answer>([
    [paths.me, async (request, response) => send(response, await floor.me(request.headers.authorization))],
    [
      paths.verify,
      async (request, response) => {
        const { user_id, role } = await floor.verify(request.headers.authorization);
        response.writeHead(204, { 'x-user-id': user_id, 'x-user-role': role }).end();
      },
    ],
    [
      paths.login,
      async (request, response) => {
        const userAgent = request.headers['user-agent'];
        send(response, await floor.logIn(await bodyOf(request), address(request), userAgent));
      },
    ],
    [
      paths.refresh,
      async (request, response) =>
        send(response, await floor.refresh(await bodyOf(request), address(request))),
    ],
  ]);
}

function send(response: ServerResponse, data: object): void {
  const traceId = randomBytes(16).toString('hex');
  const body = Buffer.from(JSON.stringify({ code: 0, message: 'ok', data, traceId }));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => resolve(body));
    request.on('error', reject);
  });
}
