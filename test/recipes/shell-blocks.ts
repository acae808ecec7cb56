import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPrograms } from '../support/services/programs.js';

const programs = {
  title: 'bash, curl and openssl',
  commands: { bash: ['--version'], curl: ['--version'], openssl: ['version'] },
  packages: ['bash', 'curl', 'openssl'],
  cacheSuffix: 'shell',
  remedy: ['Install them:  apt-get install --no-install-recommends bash curl openssl'],
};

/** The commands below one heading of a page. */
export interface ShellBlock {
  heading: string;
  code: string;
}

export interface BlockRun extends ShellBlock {
  output: string;
}

const separator = '--- the next block ---';

/** The blocks of a page that ask the service, in their order. */
export function shellBlocks(page: string): ShellBlock[] {
  const text = readFileSync(join(__dirname, '../..', page), 'utf8');
  return text.split(/^(?=##+ )/m).flatMap((section) => {
    const heading = /^##+ (.*)$/m.exec(section)?.[1] ?? '';
    const blocks = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, code]) => code!);
    return blocks.filter((code) => code.includes('$BASE')).map((code) => ({ heading, code }));
  });
}

/** Runs them one after the other in one bash, in a folder of their own, as somebody would who reads the page. */
export async function runBlocks(blocks: ShellBlock[]): Promise<BlockRun[]> {
  const { paths, env } = await findPrograms(programs);
  const folder = mkdtempSync(join(tmpdir(), 'wxpass-page-'));
  const script = blocks.map(({ code }) => code).join(`\necho '${separator}'\n`);
  const bash = promisify(execFile)(paths.bash, ['-euc', script], {
    cwd: folder,
    env: { HOME: folder, ...env },
    timeout: 60_000,
  });
  try {
    const outputs = (await bash).stdout.split(separator);
    return blocks.map((block, i) => ({ ...block, output: outputs[i] ?? '' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
