// A real kubelet on Janus, with static pods and without a server.
// Exit status: 0 all passed; 1 a test failed; 2 wrong arguments; 3 the kubelet is not to be had here.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const tools = process.env.JANUS_TOOLS || join(repository, '.tools');
/** Between them they ask for each RPC that a kubelet uses. */
const short = ['pods', 'host', 'security', 'streaming', 'kubectl', 'resources', 'stats', 'continuity'];
const usage = `usage: run.mjs [--version 1.29] [--api v1alpha2|v1] [--short] [--project PROJECT] [FILE...] [-- VITEST-ARGUMENT...]
  --short    only the files that are soon done: ${short.join(', ')}
  --project  another project of vitest than kubelet`;

const flags = {
  version: { type: 'string', default: '1.29' },
  api: { type: 'string' },
  short: { type: 'boolean', default: false },
  project: { type: 'string', default: 'kubelet' },
};

function fail(status, message) {
  console.error(`test:kubelet: ${message}`);
  process.exit(status);
}

/** Up to 1.22 a kubelet knows v1alpha2 alone, from 1.26 on v1 alone. */
function problemOf({ version, api }) {
  const minor = Number(/^1\.(\d+)$/.exec(version)?.[1]);
  if (Number.isNaN(minor)) return `--version ${version}: must be like 1.29`;
  if (!['v1alpha2', 'v1'].includes(api)) return `--api ${api}: must be v1alpha2 or v1`;
  if (api === 'v1alpha2' && minor >= 26) return `a kubelet ${version} does not speak v1alpha2`;
  return api === 'v1' && minor <= 22 ? `a kubelet ${version} does not speak v1` : undefined;
}

function parse(args) {
  const cut = args.indexOf('--');
  const own = cut === -1 ? args : args.slice(0, cut);
  const { values, positionals } = parseArgs({ args: own, options: flags, allowPositionals: true });
  const api = values.api ?? (Number(values.version.split('.')[1]) <= 22 ? 'v1alpha2' : 'v1');
  const files = [...positionals, ...(values.short ? short : [])].map((name) => `tests/kubelet/${name}`);
  return { ...values, api, rest: [...files, ...(cut === -1 ? [] : args.slice(cut + 1))] };
}

let options;
try {
  options = parse(process.argv.slice(2));
} catch (error) {
  fail(2, `${error.message}\n${usage}`);
}
const problem = problemOf(options);
if (problem !== undefined) fail(2, `${problem}\n${usage}`);
if (!existsSync(join(tools, `kubelet-${options.version}`)))
  fail(3, `kubelet-${options.version} is not in ${tools}; scripts/test-tools.sh kubelet ${options.version} builds it`);

const isolated = join(repository, 'tests', 'kubelet', 'isolated.sh');
const vitest = ['npx', 'vitest', 'run', '--project', options.project, ...options.rest];
const { status } = spawnSync(isolated, vitest, {
  cwd: repository,
  stdio: 'inherit',
  env: { ...process.env, JANUS_KUBELET_VERSION: options.version, JANUS_KUBELET_API: options.api },
});
process.exit(status ?? 1);
