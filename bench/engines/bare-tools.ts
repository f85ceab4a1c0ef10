import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bed } from '../../tests/support/bed.ts';
import { mustRun } from '../../tests/support/command.ts';
import type { Contestant, PodHandle } from '../contestant.ts';
import { FLOOR } from '../names.ts';
import { bareImages } from './bare-images.ts';
import { bareSpec } from './bare-spec.ts';
import { benchBed } from './bench-bed.ts';
import { gate } from './gate.ts';
import { runTool, TOOL_SECONDS } from './run-tool.ts';

const RUNC = '/usr/sbin/runc';

/** The layer that all containers of the floor are mounted over, and where the parts of a pod are. */
interface Ground {
  readonly bed: Bed;
  readonly lower: string;
}

/** As Janus divides it: what dies with the boot under the state directory, the writable layer under the graph, the log beside. */
const places = ({ bed: { state, graph, logs } }: Ground, id: string) => {
  const base = join(state, 'floor', id);
  const layer = join(graph, 'layers', id);
  const of = (name: string): string => join(base, name);
  return {
    ...{ base, bundle: of('bundle'), rootfs: of('bundle/rootfs'), pidfile: of('pid'), exits: of('exits') },
    ...{ net: of('net'), ipc: of('ipc'), uts: of('uts') },
    ...{ layer, upper: join(layer, 'upper'), work: join(layer, 'work'), log: join(logs, id) },
    runcRoot: join(state, 'floor-runc'),
  };
};

type Places = ReturnType<typeof places>;

interface NetworkList {
  readonly cniVersion: string;
  readonly name: string;
  readonly plugins: readonly { readonly type: string }[];
}

/** The plugins of the network in their order, or from the last to the first; each is told what the one before made. */
const cni = async ({ bed }: Ground, action: 'ADD' | 'DEL', { id, net }: { id: string; net: string }): Promise<void> => {
  const env = {
    ...{ CNI_COMMAND: action, CNI_CONTAINERID: id, CNI_NETNS: net, CNI_IFNAME: 'eth0', CNI_PATH: '/usr/lib/cni' },
  };
  const { cniVersion, name, plugins } = JSON.parse(
    readFileSync(join(bed.cniDirectory, '10-test.conflist'), 'utf8'),
  ) as NetworkList;
  const ordered = action === 'ADD' ? plugins : [...plugins].reverse();
  let prevResult: unknown;
  for (const plugin of ordered) {
    const input = JSON.stringify({ ...plugin, cniVersion, name, ...(prevResult !== undefined && { prevResult }) });
    const said = await runTool(`/usr/lib/cni/${plugin.type}`, [], { env, input });
    if (action === 'ADD') prevResult = JSON.parse(said);
  }
};

const namespaces = async ({ net, ipc, uts }: Places): Promise<void> => {
  for (const path of [net, ipc, uts]) writeFileSync(path, '');
  await runTool('unshare', [`--net=${net}`, `--ipc=${ipc}`, `--uts=${uts}`, 'true']);
};

const conmon = async (id: string, at: Places): Promise<void> => {
  const args = ['--api-version', '1', '-c', id, '-u', id, '-n', id, '-r', RUNC, '-b', at.bundle];
  const files = ['-l', `k8s-file:${at.log}`, '--exit-dir', at.exits, '--persist-dir', at.base, '-p', at.pidfile];
  await runTool('conmon', [...args, ...files, '--full-attach', '--runtime-arg', `--root=${at.runcRoot}`]);
  await soon(at.pidfile);
};

const filled = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** Looks each millisecond: an engine hears of these by a pipe and by inotify. */
const soon = async (path: string): Promise<void> => {
  const deadline = Date.now() + TOOL_SECONDS * 1000;
  while (!filled(path)) {
    if (Date.now() > deadline) throw new Error(`${path} is not there after ${TOOL_SECONDS} s`);
    await delay(1);
  }
};

const up = async (ground: Ground): Promise<PodHandle> => {
  const id = randomBytes(32).toString('hex');
  const at = places(ground, id);
  for (const path of [at.rootfs, at.upper, at.work, at.exits]) mkdirSync(path, { recursive: true });
  await namespaces(at);
  await cni(ground, 'ADD', { id, net: at.net });
  const layers = `lowerdir=${ground.lower},upperdir=${at.upper},workdir=${at.work}`;
  await runTool('mount', ['-t', 'overlay', 'overlay', '-o', layers, at.rootfs]);
  writeFileSync(join(at.bundle, 'config.json'), bareSpec({ ...at, cgroup: `${ground.bed.cgroupParent}/${id}` }));
  await conmon(id, at);
  await runTool(RUNC, [`--root=${at.runcRoot}`, 'start', id]);
  return { podSandboxId: id, containerId: id };
};

const down = async (ground: Ground, { podSandboxId: id }: PodHandle): Promise<void> => {
  const at = places(ground, id);
  await runTool(RUNC, [`--root=${at.runcRoot}`, 'kill', id, 'TERM']);
  await soon(join(at.exits, id));
  await runTool(RUNC, [`--root=${at.runcRoot}`, 'delete', '--force', id]);
  await runTool('umount', [at.rootfs]);
  await cni(ground, 'DEL', { id, net: at.net });
  await runTool('umount', [at.net, at.ipc, at.uts]);
  for (const path of [at.base, at.layer, at.log]) rmSync(path, { recursive: true });
};

const TRUE = { args: ['/bin/true'], cwd: '/', user: { uid: 0, gid: 0 }, env: ['PATH=/bin'] };

/** Runs `true` in the container, as ExecSync does. */
const exec = async (ground: Ground, id: string): Promise<void> => {
  const { base, runcRoot } = places(ground, id);
  // Of each call its own, as several run at a time.
  const file = join(base, `${randomBytes(8).toString('hex')}.json`);
  writeFileSync(file, JSON.stringify(TRUE));
  await runTool(RUNC, [`--root=${runcRoot}`, 'exec', '--process', file, id]);
  rmSync(file);
};

/** The floor: what the tools alone need for the same effects, one after the other, with no engine. */
export const bareTools = (octet: number): Contestant => {
  const bed = benchBed('bfloor', octet);
  const lower = join(bed.directory, 'lower');
  mkdirSync(lower);
  // The image has one layer.
  mustRun('sh', '-c', `cp -a ${join(bed.graph, 'storage')}/overlay/*/diff/. ${lower}`);
  const ground = { bed, lower };
  const { pass, close } = gate(FLOOR);
  const { pull, remove } = bareImages(bed);
  return {
    name: FLOOR,
    version: mustRun('runc', '--version').split('\n')[0] ?? '',
    pods: { up: () => pass(() => up(ground)), down: (pod) => pass(() => down(ground, pod)) },
    tools: {
      exec: (containerId) => pass(() => exec(ground, containerId)),
      pull: (image) => pass(() => pull(image)),
      remove: (image) => pass(() => remove(image)),
    },
    close: () => close().then(() => bed.dispose()),
  };
};
