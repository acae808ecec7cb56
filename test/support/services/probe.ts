import { connect, createServer, type AddressInfo, type NetConnectOpts } from 'node:net';

const PROBE_LIMIT_MS = 1_000;

/** A port of this machine that was free a moment ago; another process may still take it first. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** The first bytes a server sends, after a question where it expects one; empty when it does not answer. */
export async function firstWords(target: NetConnectOpts, question = ''): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(target, () => socket.write(question));
    const end = (words: string) => {
      socket.destroy();
      resolve(words);
    };
    socket.setTimeout(PROBE_LIMIT_MS, () => end(''));
    socket.once('error', () => end(''));
    socket.once('close', () => end(''));
    socket.once('data', (bytes) => end(bytes.toString('latin1')));
  });
}
