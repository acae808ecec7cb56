// build-examples.mjs [FOLDER]: the scripts of the example pages, bundled as an application would, from the package's own exports, which must be built.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [outdir = 'dist/examples'] = process.argv.slice(2);

await build({
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  entryPoints: ['examples/plain.js', 'examples/vue.js', 'examples/react.js'],
  outdir,
  bundle: true,
  format: 'esm',
  minify: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'false' },
});
