// node scripts/lib/runtime-modules.mjs DIRECTORY: copies the npm packages that run in the daemon and the command, and what they depend on.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [target] = process.argv.slice(2);
const read = (directory) => JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
const copied = new Set();

function copy(name) {
  const source = join('node_modules', name);
  // An optional package of another platform is not there.
  if (copied.has(name) || !existsSync(source)) return;
  copied.add(name);
  cpSync(source, join(target, name), { recursive: true });
  const { dependencies = {}, optionalDependencies = {} } = read(source);
  for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) copy(each);
}

for (const name of Object.keys(read('.').dependencies)) copy(name);
