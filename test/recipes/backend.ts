import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstWords } from '../support/services/probe.js';
import { findPrograms } from '../support/services/programs.js';
import { ThrowawayServer } from '../support/services/throwaway-server.js';

const python = {
  title: 'Python with PyJWT',
  commands: { python3: ['-c', 'import cryptography, jwt; jwt.PyJWKClient'] },
  packages: ['python3', 'python3-jwt', 'python3-cryptography'],
  cacheSuffix: 'python',
  unpackedEnv: (root: string) => ({ PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') }),
  remedy: ['Install it:  apt-get install --no-install-recommends python3-jwt python3-cryptography'],
};

/** Someone else's backend, which knows its callers by a recipe. */
export class Backend {
  private constructor(private readonly server: ThrowawayServer) {}

  /** @param certificate PEM file of whom it trusts beside the usual authorities */
  static async inNode(code: string, certificate: string, env: Record<string, string> = {}): Promise<Backend> {
    const folder = mkdtempSync(join(tmpdir(), 'wxpass-recipe-'));
    const file = join(folder, 'recipe.mjs');
    writeFileSync(file, code);
    symlinkSync(join(__dirname, '../../node_modules'), join(folder, 'node_modules'));
    return Backend.start(
      folder,
      process.execPath,
      (port) => [join(__dirname, 'serve.mjs'), file, String(port)],
      { NODE_EXTRA_CA_CERTS: certificate, ...env },
    );
  }

  static async inPython(code: string, certificate: string): Promise<Backend> {
    const { paths, env } = await findPrograms(python);
    const folder = mkdtempSync(join(tmpdir(), 'wxpass-recipe-'));
    writeFileSync(join(folder, 'recipe.py'), code);
    const { PYTHONPATH: unpacked = '' } = env as { PYTHONPATH?: string };
    return Backend.start(folder, paths.python3, (port) => [join(__dirname, 'serve.py'), String(port)], {
      ...env,
      PYTHONPATH: `${folder}:${unpacked}`,
      PYTHONDONTWRITEBYTECODE: '1',
      SSL_CERT_FILE: certificate,
    });
  }

  private static async start(
    folder: string,
    command: string,
    args: (port: number) => string[],
    env: Record<string, string>,
  ): Promise<Backend> {
    const server = await ThrowawayServer.start({
      name: 'the backend of a recipe',
      folder,
      command,
      args,
      env,
      url: (port) => `http://127.0.0.1:${port}`,
      answers: async (port) =>
        (await firstWords({ port, host: '127.0.0.1' }, 'GET / HTTP/1.0\r\n\r\n')) !== '',
    });
    return new Backend(server);
  }

  /** Its status, and whom it took the caller for. */
  async ask(token?: string): Promise<{ status: number; user: string }> {
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const answer = await fetch(this.server.url, { headers });
    const text = await answer.text();
    return { status: answer.status, user: answer.ok ? text : '' };
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
