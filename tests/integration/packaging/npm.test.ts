import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { connectV1, connectV1alpha2 } from '../../support/clients.ts';
import { command, mustRun } from '../../support/command.ts';
import { writeConfig } from '../../support/daemon.ts';
import { end } from '../../support/end.ts';
import { repository } from '../../support/paths.ts';
import { podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';
import { type NpmRegistry, serveNpm } from './npm-registry.ts';

let directory: string;
let archive: string;
let registry: NpmRegistry;

/** Not `mustRun`: the registry is served by this process. */
const npm = async (...args: readonly string[]): Promise<void> => {
  const child = spawn('npm', args, { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
};

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'janus-npm-'));
  registry = await serveNpm(directory);
  await npm('pack', repository, '--silent', '--pack-destination', directory);
  archive = join(directory, readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '');
  const cache = ['--cache', join(directory, 'cache'), '--registry', registry.url];
  await npm('install', '--global', '--prefix', join(directory, 'prefix'), ...cache, '--no-audit', '--no-fund', archive);
}, 300_000);
afterAll(async () => {
  await registry.close();
  rmSync(directory, { recursive: true, force: true });
});

const installed = (name: string): string => join(directory, 'prefix/bin', name);

test('the package has the programs, documents and settings, and neither sources nor tests', () => {
  const files = mustRun('tar', '-tzf', archive).split('\n');
  const tops = new Set(files.map((file) => file.split('/')[1]));
  expect([...tops].toSorted()).toEqual(['LICENSE', 'README.md', 'bin', 'dist', 'docs', 'package.json', 'packaging']);
  expect(files.filter((file) => /[.]ts$|node_modules|package-lock|[.]npmrc/.test(file))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['package/bin/janusd', 'package/dist/daemon/cli.js']));
});

test('it needs no other package than the one that calls into libc', () => {
  const modules = join(directory, 'prefix/lib/node_modules/janus-cri/node_modules');
  const found = existsSync(modules) ? readdirSync(modules).filter((name) => !name.startsWith('.')) : [];
  expect(found.toSorted()).toEqual(['@koromix', 'koffi']);
  expect(registry.asked().filter((path) => !/koffi/.test(path))).toEqual([]);
});

const serve = (bed: Bed): ChildProcess =>
  spawn(installed('janusd'), ['--config', writeConfig(bed)], { cwd: '/', stdio: 'ignore' });

const status = (bed: Bed) => command(installed('janus'), ['status', '--socket', bed.socket]);

test('installed into an empty directory, the daemon runs a pod, and the command shows it', async () => {
  const bed = makeBed('npm', 76);
  const daemon = serve(bed);
  const [v1, v1alpha2] = [connectV1(bed.socket), connectV1alpha2(bed.socket)];
  try {
    await until('the daemon serves', () => status(bed).status === 0, 60);
    const { podSandboxId } = await v1alpha2.runtime.runPodSandbox({ config: podConfig(bed) });
    expect(status(bed).stdout).toMatch(new RegExp(`^${podSandboxId.slice(0, 13)} .* ready `, 'm'));
    await v1.runtime.removePodSandbox({ podSandboxId });
    expect(await end(daemon, 'SIGTERM')).toBe(0);
  } finally {
    for (const client of [v1, v1alpha2]) client.close();
    await end(daemon, 'SIGKILL');
    bed.dispose();
  }
});
