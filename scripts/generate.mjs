// Generates the code of every proto in protos/.
// With --check nothing is written; it fails when the committed output is not what the protos give.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Generated code by its proto. */
const modules = {
  'v1alpha2/api.proto': 'src/adapters/v1alpha2/generated/api.ts',
  'v1/api.proto': 'src/adapters/v1/generated/api.ts',
  'health/health.proto': 'src/adapters/grpc/generated/health.ts',
  'reflection/reflection.proto': 'src/adapters/grpc/generated/reflection.ts',
  'janus/v1/node.proto': 'src/adapters/node/generated/node.ts',
  'containerd/containers.proto': 'src/adapters/cadvisor/generated/containers.ts',
  'containerd/tasks.proto': 'src/adapters/cadvisor/generated/tasks.ts',
  'containerd/version.proto': 'src/adapters/cadvisor/generated/version.ts',
};
const buf = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');

// Environment values need not be UTF-8, and old kubelets send them unvalidated in a field declared string. Decoding
// them as text would replace bytes and corrupt the value. string and bytes are equal on the wire, so the code
// is generated as if v1alpha2 said bytes, as v1 does; the proto itself stays as published.
const keyValueAsBytes = {
  proto: 'v1alpha2/api.proto',
  find: /(message KeyValue \{[^}]*?)\bstring( value = 2;)/,
  replace: '$1bytes$2',
};

function protoSource(proto) {
  const text = readFileSync(join(root, 'protos', proto), 'utf8');
  if (proto !== keyValueAsBytes.proto) return text;
  if (!keyValueAsBytes.find.test(text)) throw new Error(`${proto}: no "string value = 2" in message KeyValue`);
  return text.replace(keyValueAsBytes.find, keyValueAsBytes.replace);
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function runBuf(work) {
  const args = [buf, 'generate', join(work, 'protos'), '--template', join(root, 'buf.gen.yaml'), '--output', work];
  const env = { ...process.env, BUF_CACHE_DIR: join(work, 'cache') };
  const run = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`buf generate failed: ${run.stderr || run.signal}`);
}

/** @returns {Map<string, string>} output path, relative to the root, to its text */
function generate() {
  const work = mkdtempSync(join(tmpdir(), 'janus-generate-'));
  try {
    for (const proto of Object.keys(modules)) write(join(work, 'protos', proto), protoSource(proto));
    runBuf(work);
    return new Map(
      Object.entries(modules).map(([proto, path]) => [
        path,
        readFileSync(join(work, proto.replace(/proto$/, 'ts')), 'utf8'),
      ]),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function readCommitted(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const output = generate();
if (process.argv.includes('--check')) {
  const stale = [...output].filter(([path, text]) => readCommitted(path) !== text).map(([path]) => path);
  for (const path of stale) console.error(`${path}: not what the protos give; run "npm run generate"`);
  if (stale.length > 0) process.exitCode = 1;
  else console.log(`generated code is current: ${output.size} files`);
} else {
  for (const [path, text] of output) write(join(root, path), text);
  console.log(`generated ${[...output.keys()].join(', ')}`);
}
