import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';

const root = join(__dirname, '../..');

/** An object that Kubernetes is given, or a patch that changes some fields of one. */
export interface Manifest {
  /** From the project's root. */
  file: string;
  /** A patch, which need not be complete. */
  partial: boolean;
  content: any;
}

export interface Kustomization {
  /** The folder it lies in, from the project's root. */
  folder: string;
  content: any;
}

/** Every manifest and every kustomization below a folder of the project. */
export function readManifests(folder: string): { manifests: Manifest[]; kustomizations: Kustomization[] } {
  const files = filesBelow(folder).filter((file) => file.endsWith('.yaml'));
  const kustomizations = files
    .filter((file) => file.endsWith('/kustomization.yaml'))
    .map((file) => ({ folder: dirname(file), content: parse(read(file), { merge: true }) }));
  const patches = new Set(kustomizations.flatMap(patchFiles));
  const manifests = files
    .filter((file) => !file.endsWith('/kustomization.yaml'))
    .flatMap((file) =>
      parseAllDocuments(read(file)).map((document) => ({
        file,
        partial: patches.has(file),
        content: document.toJS() as unknown,
      })),
    );
  return { manifests, kustomizations };
}

export function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** The files a kustomization is made of, from the project's root; folders stand for the kustomizations in them. */
export function partsOf({ folder, content }: Kustomization): string[] {
  const generators = (content.configMapGenerator ?? []) as { envs?: string[]; files?: string[] }[];
  return [
    ...(content.resources ?? []).map((name: string) => join(folder, name)),
    ...patchFiles({ folder, content }),
    ...generators
      .flatMap(({ envs = [], files = [] }) => [...envs, ...files])
      .map((name) => join(folder, name)),
  ];
}

/** What the ConfigMap of an overlay says: its own lines over those of what it stands on. */
export function settingsOf(folder: string): Record<string, string> {
  const content = parse(read(join(folder, 'kustomization.yaml')));
  const parts = partsOf({ folder, content });
  const below = parts.filter((part) => !/\.\w+$/.test(part)).map(settingsOf);
  const own = parts.filter((part) => part.endsWith('.env')).map((file) => parseSettings(read(file)));
  return Object.assign({}, ...below, ...own) as Record<string, string>;
}

/**
 * What TypeScript finds when each manifest is written as a literal of its kind's type: fields that are unknown, missing
 * or of the wrong type.
 */
export async function typeFaults(manifests: Manifest[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wxpass-manifests-'));
  try {
    const names = manifests.map(({ file }, index) => `${file.replaceAll('/', '__')}.${index}.ts`);
    manifests.forEach((manifest, index) => writeFileSync(join(folder, names[index]!), asLiteral(manifest)));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext'];
    const output = await promisify(execFile)(process.execPath, [compiler, ...options, ...names], {
      cwd: folder,
    }).then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
    return output.split('\n').filter((line) => line.includes(': error '));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const packages: Record<string, string> = {
  'networking.istio.io': '@kubernetes-models/istio',
  'security.istio.io': '@kubernetes-models/istio',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

/** Patches may leave out fields, empty them, and say that something is deleted. */
const partly = `type Partly<T> = T extends (infer E)[] ? Partly<E>[] :
  T extends object ? { [K in keyof T]?: Partly<T[K]> | null } & { $patch?: 'delete' | 'replace' } : T;`;

function asLiteral({ partial, content }: Manifest): string {
  const { apiVersion, kind } = content as { apiVersion: string; kind: string };
  const source = packages[apiVersion.split('/')[0]!] ?? 'kubernetes-models';
  const type = `import('${join(root, 'node_modules', source, apiVersion, kind)}').I${kind}`;
  const literal = JSON.stringify(content, null, 2);
  return `${partly}\nexport default ${literal} satisfies ${partial ? `Partly<${type}>` : type};\n`;
}

function patchFiles({ folder, content }: Kustomization): string[] {
  const patches = (content.patches ?? []) as { path?: string }[];
  return patches.flatMap(({ path }) => (path === undefined ? [] : [join(folder, path)]));
}

function parseSettings(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
