// Builds dist/ from src/: node scripts/build.mjs [--out DIR] [--v1 on|off] [--fast]
// The adapter of CRI v1 is in the build if ENABLE_CRI_API_V1 of build.config.json says so; --v1 overrides it.
// --fast leaves out the check of types, for sources that have passed it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build as bundle } from 'esbuild';
import ts from 'typescript';
import { describe } from './lib/describe.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const v1 = `${join(root, 'src/adapters/v1')}/`;

const readJson = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));

function readOptions() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'dist' },
      v1: { type: 'string' },
      fast: { type: 'boolean', default: false },
    },
  });
  if (values.v1 !== undefined && !['on', 'off'].includes(values.v1)) throw new Error('--v1 must be on or off');
  const configured = readJson('build.config.json').ENABLE_CRI_API_V1;
  if (typeof configured !== 'boolean') throw new Error('build.config.json: ENABLE_CRI_API_V1 must be true or false');
  const withV1 = values.v1 === undefined ? configured : values.v1 === 'on';
  return { out: resolve(root, values.out), withV1, fast: values.fast };
}

/** Deletes an earlier build, and nothing else. */
function clean(out) {
  if (!existsSync(out) || readdirSync(out).length === 0) return;
  if (!existsSync(join(out, 'build.json'))) throw new Error(`${out}: exists and is no earlier build`);
  rmSync(out, { recursive: true });
}

function readSources(withV1) {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  failOn(error ? [error] : []);
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  failOn(errors);
  return { options, files: fileNames.filter((file) => withV1 || !file.startsWith(v1)) };
}

function check({ options, files }, withV1) {
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const leaked = program.getSourceFiles().filter(({ fileName }) => !withV1 && fileName.startsWith(v1));
  if (leaked.length > 0) throw new Error(`a build without CRI v1 imports ${leaked.map((each) => each.fileName)}`);
  failOn(ts.getPreEmitDiagnostics(program));
}

/**
 * What runs, each with the sources and npm packages that it needs: as one file per entry and one for what they share, the daemon serves after 0.5 s of
 * processor time instead of 1.2 and needs 43 MB instead of 59. The packages that stay outside, because they are native, are the `dependencies`.
 */
const entries = ['src/daemon/cli.ts', 'src/cli/main.ts'];
const v1Entry = 'src/adapters/v1/index.ts';

/** CommonJS packages ask for Node's own modules by `require`, which ES modules do not have. */
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

async function emit(out, withV1) {
  await bundle({
    absWorkingDir: root,
    entryPoints: withV1 ? [...entries, v1Entry] : entries,
    outdir: out,
    outbase: 'src',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: Object.keys(readJson('package.json').dependencies),
    banner: { js: banner },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    logLevel: 'warning',
  });
}

function failOn(diagnostics) {
  if (diagnostics.length === 0) return;
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' };
  throw new Error(ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(diagnostics), host));
}

async function build({ out, withV1, fast }) {
  if (!fast) check(readSources(withV1), withV1);
  clean(out);
  mkdirSync(out, { recursive: true });
  const facts = { version: readJson('package.json').version, ENABLE_CRI_API_V1: withV1 };
  writeFileSync(join(out, 'build.json'), `${JSON.stringify(facts, null, 2)}\n`);
  writeFileSync(join(out, 'descriptors.json'), JSON.stringify(describe(join(root, 'protos'), { withV1 })));
  await emit(out, withV1);
  console.log(`built ${out}: version ${facts.version}, CRI v1alpha2${withV1 ? ' and v1' : ''}`);
}

try {
  await build(readOptions());
} catch (error) {
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
}
