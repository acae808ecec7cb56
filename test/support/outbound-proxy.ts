import { createServer, type IncomingMessage, request as forward, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What a client asked of the proxy: `CONNECT host:port`, or a request with an absolute URL. */
interface ProxyRequest {
  line: string;
  host: string | undefined;
  authorization: string | undefined;
}

export interface OutboundProxy {
  port: number;
  asked: ProxyRequest[];
  /** Answers tunnels and requests with this status instead of serving them; 0 answers nothing. */
  refuseWith(status: number): void;
  /** Waits until no connection is left. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

/** A forwarding and tunnelling proxy on loopback; every tunnel ends at `tunnelPort`, whatever host it is asked for. */
export async function startOutboundProxy(tunnelPort?: number): Promise<OutboundProxy> {
  const asked: ProxyRequest[] = [];
  const sockets = new Set<Socket>();
  let refusal: number | undefined;

  const note = ({ method, url, headers }: IncomingMessage) =>
    asked.push({
      line: `${method} ${url}`,
      host: headers.host,
      authorization: headers['proxy-authorization'],
    });

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    note(request);
    if (refusal === 0) return;
    if (refusal) return void response.writeHead(refusal).end();
    const { method, url, headers } = request;
    const onward = forward(url!, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });

  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    note(request);
    client
      .on('error', () => undefined)
      .on('end', () => client.destroy())
      .resume();
    if (refusal === 0) return;
    if (refusal) return void client.end(`HTTP/1.1 ${refusal} Refused\r\n\r\n`);
    const target = connect(tunnelPort!, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on('error', () => client.destroy());
  });

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    refuseWith: (status) => {
      refusal = status;
    },
    async allClosed() {
      const open = [...sockets].filter((socket) => !socket.closed);
      await Promise.all(open.map((socket) => new Promise((closed) => socket.once('close', closed))));
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}
