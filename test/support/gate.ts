import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Gate {
  /** The target's URL, by way of the gate. */
  url: string;
  /** From now on connections are refused; those there are break. */
  shut(): Promise<void>;
  /** Listens again, at the same port. */
  open(): Promise<void>;
}

/** A way to a server on this machine that can be shut, as when nobody listens there any more. */
export async function startGate(targetUrl: string): Promise<Gate> {
  const url = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(Number(new URL(targetUrl).port), '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.pipe(target).pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  url.port = String(port);
  return {
    url: url.href,
    async shut() {
      const closed = new Promise((resolve) => server.close(resolve));
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
    open: () => (server.listening ? Promise.resolve() : listen(port)),
  };
}
