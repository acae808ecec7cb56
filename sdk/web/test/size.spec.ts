import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

it('the element is one module of less than 10 KB over the wire, and asks for nothing else', async () => {
  const { outputFiles } = await build({
    absWorkingDir: join(__dirname, '..'),
    entryPoints: ['src/wx-login.ts'],
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'es2022',
    write: false,
  });
  const [file] = outputFiles;
  expect(gzipSync(file!.contents).length).toBeLessThan(10_000);
  expect(file!.text).toContain('wx-login');
  expect(file!.text).not.toMatch(/\bimport\b|https?:\/\/|eval\(|new Function/);
});
