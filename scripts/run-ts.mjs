#!/usr/bin/env node
// run-ts.mjs FILE [ARGUMENT...]: bundles a TypeScript program of tests/ or bench/ and runs it in this process.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [file = '', ...args] = process.argv.slice(2);
const directory = resolve(root, '.cache/programs');
// The depth of tests/NAME/, so that paths that start from a module's own lead to the same places.
const outfile = resolve(directory, `${basename(file, '.ts')}-${process.pid}.mjs`);
mkdirSync(directory, { recursive: true });
process.on('exit', () => rmSync(outfile, { force: true }));
await build({
  entryPoints: [resolve(root, file)],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
process.argv = [process.argv[0] ?? '', file, ...args];
await import(pathToFileURL(outfile).href);
