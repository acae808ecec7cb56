import { createServer, type AddressInfo } from 'node:net';

export interface FakeRedis {
  url: string;
  close(): Promise<void>;
}

interface Claims {
  version?: string;
  /** Seconds by which its clock is behind. */
  behindSeconds?: number;
}

/** Answers as Redis does to who only asks about it, and says of version and clock what it is told to. */
export async function startFakeRedis({ version = '7.0.0', behindSeconds = 0 }: Claims): Promise<FakeRedis> {
  const info = `redis_version:${version}\r\nrole:master\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\nloading:0\r\n`;
  const answers: Record<string, () => string> = {
    info: () => bulk(info),
    subscribe: () => `*3\r\n${bulk('subscribe')}${bulk('')}:1\r\n`,
    unsubscribe: () => `*3\r\n${bulk('unsubscribe')}${bulk('')}:0\r\n`,
    time: () => `*2\r\n${bulk(String(Math.floor(Date.now() / 1000) - behindSeconds))}${bulk('0')}`,
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // Each command comes as an array of texts; one that is cut does not occur on loopback.
    socket.on('data', (data) => {
      const commands = data.toString().split(/(?=^\*\d+\r\n)/m);
      for (const command of commands) {
        const [, name = ''] = /^\*\d+\r\n\$\d+\r\n(\w+)\r\n/.exec(command) ?? [];
        socket.write(answers[name.toLowerCase()]?.() ?? '+OK\r\n');
      }
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
