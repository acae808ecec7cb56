// build.mjs: ES modules with their types, and the element as one file.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

await bundleElement();
compileModules();

function bundleElement() {
  return build({
    absWorkingDir: here,
    entryPoints: ['src/wx-login.ts'],
    outfile: 'dist/wx-login.js',
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'es2022',
    logLevel: 'warning',
  });
}

function compileModules() {
  execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json')], { stdio: 'inherit' });
}
