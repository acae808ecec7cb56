import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstWords } from './services/probe.js';
import { findPrograms } from './services/programs.js';
import { ThrowawayServer } from './services/throwaway-server.js';

const wanted = {
  title: 'nginx',
  commands: { nginx: ['-v'] },
  packages: ['nginx'],
  cacheSuffix: 'nginx',
  remedy: ['Install it:  apt-get install --no-install-recommends nginx'],
};

/** A real nginx; `http` writes its http block, given the port of 127.0.0.1 that it is to listen on. */
export async function startNginx(http: (port: number) => string): Promise<ThrowawayServer> {
  const { paths, env } = await findPrograms(wanted);
  const folder = await mkdtemp(join(tmpdir(), 'wxpass-nginx-'));
  const file = join(folder, 'nginx.conf');
  return ThrowawayServer.start({
    name: 'nginx',
    folder,
    env,
    command: paths.nginx,
    args: (port) => {
      writeFileSync(file, configuration(folder, http(port)));
      return ['-p', folder, '-c', file, '-e', 'stderr'];
    },
    url: (port) => `http://127.0.0.1:${port}`,
    answers: async (port) => (await firstWords({ port, host: '127.0.0.1' }, 'GET / HTTP/1.0\r\n\r\n')) !== '',
  });
}

/** One process of the user's own, which writes nowhere but into its folder. */
function configuration(folder: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
master_process off;
pid ${folder}/pid;
events {}
http {
${temporary.map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join('\n')}
  access_log off;
${http}
}
`;
}
