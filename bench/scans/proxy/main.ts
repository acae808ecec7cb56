// A round-robin proxy without sticky sessions: whatever comes, the next replica gets it.
import { Agent, createServer, request, type IncomingMessage, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { serveParent } from '../../child.js';

const ports = (process.env.PROXY_PORTS ?? '').split(',').map(Number);
const agent = new Agent({ keepAlive: true });
let turn = 0;

const server = createServer((incoming, outgoing) => {
  const { replica, options } = next(incoming);
  const onward = request({ ...options, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode!, [...answer.rawHeaders, 'x-replica', String(replica)]);
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => outgoing.writableFinished || onward.destroy());
  incoming.pipe(onward);
});

server.on('upgrade', (incoming: IncomingMessage, near: Socket, nearHead: Buffer) => {
  const { replica, options } = next(incoming);
  const onward = request(options);
  onward.on('upgrade', (answer, far, farHead) => {
    near.write(switching([...answer.rawHeaders, 'x-replica', String(replica)]));
    near.write(farHead);
    far.write(nearHead);
    join(near, far);
  });
  onward.on('response', () => near.destroy());
  onward.on('error', () => near.destroy());
  onward.end();
});

server.keepAliveTimeout = 60_000;
serveParent(server);

function next({ method, url, headers, socket }: IncomingMessage): {
  replica: number;
  options: RequestOptions;
} {
  const replica = turn++ % ports.length;
  const forwarded = { ...headers, 'x-forwarded-for': socket.remoteAddress };
  return { replica, options: { port: ports[replica], method, path: url, headers: forwarded } };
}

function switching(headers: string[]): string {
  const lines = ['HTTP/1.1 101 Switching Protocols'];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The end or the failure of one is the end of the other. */
function join(near: Socket, far: Socket): void {
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}
