import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface SilentProxy {
  port: number;
  /** New connections pass this many bytes from the client, then nothing in either direction; null lets all pass. */
  silentAfter(bytes: number | null): void;
  /** Cuts every connection there is. */
  cut(): void;
  close(): Promise<void>;
}

/** A way to a server on this machine that can fall silent without closing, as a firewall or a failover does. */
export async function startSilentProxy(targetPort: number): Promise<SilentProxy> {
  let limit: number | null = null;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    const allowed = limit ?? Infinity;
    let passed = 0;
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => {
      passed += data.length;
      if (passed <= allowed) target.write(data);
    });
    target.on('data', (data) => {
      if (passed <= allowed) client.write(data);
    });
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    silentAfter: (bytes) => {
      limit = bytes;
    },
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
