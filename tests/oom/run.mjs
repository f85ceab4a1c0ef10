// run.mjs --count N: how N containers of each kind end, by each runtime. Needs root and a build.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { count: { type: 'string', default: '20' } } });
if (!/^[1-9]\d{0,5}$/.test(values.count)) {
  console.error('oom: --count must be a whole number from 1 to 999999');
  process.exit(2);
}
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'oom', '--reporter=verbose'], {
  stdio: 'inherit',
  env: { ...process.env, JANUS_OOM_COUNT: values.count },
});
process.exit(status ?? 1);
