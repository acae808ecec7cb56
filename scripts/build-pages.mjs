// build-pages.mjs: the login page's script, style and icon, named after their content, and what compresses them; @wxpass/web must be built.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/pages');
const sources = { script: 'main.ts', style: 'page.css', icon: 'icon.svg' };

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: Object.values(sources).map((name) => `src/pages/browser/${name}`),
  outdir: 'dist/pages/assets',
  entryNames: '[name]-[hash]',
  loader: { '.svg': 'copy' },
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
});
const built = Object.keys(metafile.outputs).map((path) => join(root, path));
for (const file of built) compress(file);
writeFileSync(join(folder, 'assets.json'), JSON.stringify(builtNames(), null, 2));
removeFormerOnes();

function compress(file) {
  const bytes = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(bytes));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}

function builtNames() {
  const outputs = Object.entries(metafile.outputs);
  const pathOf = (source) =>
    outputs.find(([, { entryPoint }]) => entryPoint === `src/pages/browser/${source}`)[0];
  return Object.fromEntries(Object.entries(sources).map(([use, source]) => [use, basename(pathOf(source))]));
}

/** Last, so that a service that starts meanwhile finds the former ones or these. */
function removeFormerOnes() {
  const names = new Set(built.flatMap((file) => ['', '.br', '.gz'].map((end) => basename(file) + end)));
  for (const name of readdirSync(join(folder, 'assets'))) {
    if (!names.has(name)) rmSync(join(folder, 'assets', name));
  }
}
