// run.mjs [--add FILE:PATH]... [-- COMMAND]: boots the machine, adds the files, and runs the command in it by /bin/sh, or each line of
// standard input. Exits with the status of the last one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values, positionals } = parseArgs({
  options: { add: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});

/** The tests' own parts are TypeScript. */
async function load(...names) {
  const here = import.meta.dirname;
  const outdir = mkdtempSync(join(tmpdir(), 'janus-vm-'));
  const entryPoints = names.map((name) => join(here, 'support', `${name}.ts`));
  const define = { 'import.meta.url': JSON.stringify(new URL('../support/paths.ts', import.meta.url).href) };
  await build({
    entryPoints,
    outdir,
    define,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
  const loaded = await Promise.all(names.map((name) => import(join(outdir, `${name}.mjs`))));
  rmSync(outdir, { recursive: true });
  return Object.assign({}, ...loaded);
}

const { bootMachine, enterGuest } = await load('machine', 'guest');
const machine = await bootMachine();
const guest = enterGuest(machine.port);

async function run(command) {
  const { status, stdout, stderr } = await guest.run(command);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = status;
}

try {
  await guest.sh('systemctl -q link /opt/janus/packaging/systemd/janusd.service');
  for (const pair of values.add) await guest.put(...pair.split(':'));
  if (positionals.length > 0) await run(positionals.join(' '));
  else {
    console.error(`the machine runs: JANUS_VM_PORT=${machine.port}`);
    for await (const line of createInterface({ input: process.stdin })) await run(line);
  }
} finally {
  guest.close();
  await machine.close();
}
