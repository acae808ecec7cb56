import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';

const upgradeTokens = /^(upgrade|http2-settings)$/i;
const heads = new WeakMap<IncomingMessage, Buffer>();

/**
 * Gives those requests to upgrade that are ours to the routes, as any other request: guards, limits and headers are the
 * same, and an answer ends the connection unless the route takes it over. Whoever asks for an upgrade that is not ours gets
 * an answer as if they had not asked (RFC 9110, 7.8): Java's clients offer HTTP/2 with each plain request, and Node would
 * hang up on them.
 */
export function routeUpgrades(server: Server, isOurs: (request: IncomingMessage) => boolean): void {
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (isOurs(request)) serve(server, request, socket, head);
    else serveAnyway(server, request, socket, head);
  });
}

/** What has come already after a request to upgrade; nothing where none was asked for. */
export function headOf(request: IncomingMessage): Buffer | undefined {
  return heads.get(request);
}

function serve(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.on('finish', () => socket.destroySoon());
  try {
    response.assignSocket(socket);
  } catch {
    // An earlier request of the connection has no answer yet: what comes now would be mixed into it.
    socket.destroy();
    return;
  }
  heads.set(request, head);
  server.emit('request', request, response);
}

/** The connection begins anew with the same request, less what asks for the upgrade. */
function serveAnyway(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`, ...headersWithoutUpgrade(request)];
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

function headersWithoutUpgrade({ rawHeaders }: IncomingMessage): string[] {
  const lines: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i]!, rawHeaders[i + 1]!];
    if (upgradeTokens.test(name)) continue;
    const kept = name.toLowerCase() === 'connection' ? withoutUpgradeTokens(value) : value;
    if (kept !== '' || value === '') lines.push(`${name}: ${kept}`);
  }
  return lines;
}

function withoutUpgradeTokens(connection: string): string {
  return connection
    .split(',')
    .map((token) => token.trim())
    .filter((token) => !upgradeTokens.test(token))
    .join(', ');
}
