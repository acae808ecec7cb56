// build.mjs [--examples]: ES modules with their types, the element as one file, and the scripts of the example pages.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const shared = { absWorkingDir: here, bundle: true, format: 'esm', minify: true, logLevel: 'warning' };

await bundleElement();
compileModules();
if (process.argv.includes('--examples')) await bundleExamples();

function bundleElement() {
  return build({
    ...shared,
    target: 'es2022',
    entryPoints: ['src/wx-login.ts'],
    outfile: 'dist/wx-login.js',
  });
}

function compileModules() {
  execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json')], { stdio: 'inherit' });
}

/** As an application would: from the package's own exports. */
function bundleExamples() {
  return build({
    ...shared,
    entryPoints: ['examples/plain.js', 'examples/vue.js', 'examples/react.js'],
    outdir: 'dist/examples',
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'false' },
  });
}
