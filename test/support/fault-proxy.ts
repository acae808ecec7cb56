import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** What befalls a network: the connections that are there, and those to come. */
export interface LinkFault {
  /** Each piece of data arrives so much later. */
  latencyMs?: number;
  /** Data arrives in pieces of so many bytes. */
  sliceBytes?: number;
  /** Nothing arrives, the end of a connection neither, until the network has healed: then all that was under way does. */
  blackHole?: boolean;
  /** The same for each connection by itself, once its client has sent so many bytes. */
  silentAfterBytes?: number;
  /** Every connection is reset. */
  reset?: boolean;
  /** A connection is reset once the server has answered with so many bytes. */
  cutAfterBytes?: number;
}

const sound: LinkFault = {};

type Direction = 'to the server' | 'to the client';

/** A way to a server on this machine, as long and as bad as a test wants it. */
export class FaultProxy {
  private fault = sound;
  private healed = Promise.resolve();
  private endSilence = () => {};
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client: Socket) => void this.join(client));
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server, targetPort);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The same URL by way of this proxy. */
  through(url: string): string {
    const own = new URL(url);
    own.port = String(this.port);
    return own.href;
  }

  strike(fault: LinkFault): void {
    this.heal();
    this.fault = fault;
    this.healed = new Promise((resolve) => (this.endSilence = resolve));
    if (fault.reset) for (const socket of this.sockets) socket.resetAndDestroy();
  }

  heal(): void {
    this.fault = sound;
    this.endSilence();
  }

  async close(): Promise<void> {
    this.heal();
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private async join(client: Socket): Promise<void> {
    this.keep(client);
    if (this.fault.reset) return void client.resetAndDestroy();
    await this.silence('to the server', 0);
    const target = this.keep(connect(this.targetPort, '127.0.0.1'));
    void this.carry(client, target, 'to the server');
    void this.carry(target, client, 'to the client');
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.setNoDelay(true).on('error', () => undefined);
    return socket.on('close', () => this.sockets.delete(socket));
  }

  private async carry(from: Socket, to: Socket, direction: Direction): Promise<void> {
    let [carried, counted] = [0, this.fault];
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (this.fault !== counted) [carried, counted] = [0, this.fault];
        for (const piece of this.piecesOf(chunk)) {
          if (this.fault.latencyMs) await sleep(this.fault.latencyMs);
          carried += piece.length;
          await this.silence(direction, carried);
          if (this.cuts(direction, carried)) return cut(from, to);
          if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
          if (piece !== chunk) await turn();
        }
      }
      await this.silence(direction, carried);
      to.end();
    } catch {
      await this.silence(direction, carried);
      to.resetAndDestroy();
    }
  }

  /** Resolves once what has come so far on a connection gets through. */
  private async silence(direction: Direction, bytes: number): Promise<void> {
    const { blackHole, silentAfterBytes = Infinity } = this.fault;
    if (blackHole || (direction === 'to the server' && bytes > silentAfterBytes)) await this.healed;
  }

  private cuts(direction: Direction, bytes: number): boolean {
    return direction === 'to the client' && bytes > (this.fault.cutAfterBytes ?? Infinity);
  }

  private piecesOf(chunk: Buffer): Buffer[] {
    const { sliceBytes = chunk.length } = this.fault;
    const count = Math.ceil(chunk.length / sliceBytes);
    return Array.from({ length: count }, (_, i) => chunk.subarray(i * sliceBytes, (i + 1) * sliceBytes));
  }
}

function cut(...sockets: Socket[]): void {
  for (const socket of sockets) socket.resetAndDestroy();
}
