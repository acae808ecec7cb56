import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Takes over the connection of who asks to upgrade to something, or says that it is not its business. */
export type TakeUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => boolean;

const upgradeTokens = /^(upgrade|http2-settings)$/i;

/**
 * Listens for upgrades. Whoever asks for one that nobody takes gets an answer as if they had not asked (RFC 9110, 7.8):
 * Java's clients offer HTTP/2 with each plain request, and Node would hang up on them.
 */
export function takeUpgrades(server: Server, take: TakeUpgrade): void {
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!take(request, socket, head)) serveAnyway(server, request, socket, head);
  });
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
