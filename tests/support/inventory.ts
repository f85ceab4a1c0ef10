import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Bed } from './bed.ts';
import { command } from './command.ts';

const ID = /^[0-9a-f]{64}$/;
const IDS = /[0-9a-f]{64}/g;

const names = (directory: string): readonly string[] => (existsSync(directory) ? readdirSync(directory) : []);
const idsIn = (directory: string): readonly string[] => names(directory).filter((name) => ID.test(name));
const recordsIn = (directory: string): readonly string[] =>
  names(directory).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
const unique = (ids: readonly string[]): readonly string[] => [...new Set(ids)].sort();

/** Ids that come in mount points below a directory. */
const mounted = (directory: string): readonly string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${directory}/`))
    .map((path) => path.slice(directory.length + 1).split('/')[0] ?? '');

/** host-local keeps a file for each address, which begins with the pod's id. */
const leased = (bed: Bed): readonly string[] => {
  const directory = join(bed.directory, 'ipam', bed.bridge);
  return names(directory)
    .filter((name) => /^[0-9.]+$/.test(name))
    .map((name) => readFileSync(join(directory, name), 'utf8').split(/\s/)[0] ?? '');
};

/** The containers of all conmons that work for this bed. */
const monitored = ({ directory }: Bed): readonly string[] =>
  readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    const args = words(pid, 'cmdline');
    const of = args[args.indexOf('--cid') + 1];
    return args[0] === 'conmon' && of !== undefined && args.some((arg) => arg.startsWith(`${directory}/`)) ? [of] : [];
  });

/** Words of a file of proc(5); none of a process that has ended. */
const words = (pid: string, file: 'cmdline' | 'environ'): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
};

/** The pods of this bed for which a process stands. */
const standing = ({ state }: Bed): readonly string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => words(pid, 'environ'))
    .filter((entry) => entry.startsWith(`JANUS_SANDBOX=${state}/`))
    .map((entry) => basename(entry));

const inCgroups = ({ cgroupParent }: Bed): readonly string[] =>
  command('find', ['/sys/fs/cgroup', '-type', 'd', '-path', `*${cgroupParent}/*`]).stdout.match(IDS) ?? [];

const strays = ({ graph, state }: Bed): readonly string[] =>
  [join(graph, 'sandboxes'), join(graph, 'containers'), join(graph, 'networks'), join(graph, 'storage/janus-pulls')]
    .concat(join(state, 'storage/janus-pulls'))
    .flatMap((directory) => names(directory).map((name) => join(directory, name)))
    .filter((path) => !/\/[0-9a-f]{64}\.json$/.test(path) && !path.endsWith('/pod-cidr'));

/** What there is on the host of a bed's pods and containers: ids by kind of thing. */
export const readInventory = (bed: Bed) => ({
  podRecords: unique(recordsIn(join(bed.graph, 'sandboxes'))),
  containerRecords: unique(recordsIn(join(bed.graph, 'containers'))),
  networks: unique(recordsIn(join(bed.graph, 'networks'))),
  addresses: unique(leased(bed)),
  podDirectories: unique(idsIn(join(bed.state, 'sandboxes'))),
  podMounts: unique(mounted(join(bed.state, 'sandboxes'))),
  bundles: unique(idsIn(join(bed.state, 'containers'))),
  rootfs: unique(mounted(join(bed.state, 'containers'))),
  layers: unique(idsIn(join(bed.graph, 'layers'))),
  exits: unique(idsIn(join(bed.state, 'exits'))),
  runtimeStates: unique(names(join(bed.state, 'runtimes')).flatMap((name) => idsIn(join(bed.state, 'runtimes', name)))),
  cgroups: unique(inCgroups(bed)),
  monitors: unique(monitored(bed)),
  processes: unique(standing(bed)),
  strays: strays(bed),
});

type Kind = keyof ReturnType<typeof readInventory>;

/** What clients are told, by id. The same numbers in both protos: ready is 0; created, running, exited, unknown. */
export interface Listing {
  readonly pods: readonly { readonly id: string; readonly state: number }[];
  readonly containers: readonly { readonly id: string; readonly state: number }[];
  /** Pods whose stop did not come to its end: what is left of them is taken down by the next one. */
  readonly halfStopped?: readonly string[];
}

const READY = 0;
const EXITED = 2;

/** What has to be there of each kind, and what else may be. */
type Expected = Readonly<Record<Kind, readonly [readonly string[], (readonly string[])?]>>;

const expected = ({ pods, containers, halfStopped = [] }: Listing): Expected => {
  const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
  const ready = ids(pods.filter(({ state }) => state === READY));
  const alive = ids(containers.filter(({ state }) => state !== EXITED));
  const ended = ids(containers.filter(({ state }) => state === EXITED));
  return {
    podRecords: [ids(pods)],
    containerRecords: [ids(containers)],
    networks: [ready, halfStopped],
    addresses: [ready, halfStopped],
    // A removal that a crash interrupted has taken some of these away already.
    podDirectories: [ready, ids(pods)],
    podMounts: [ready, halfStopped],
    bundles: [alive, ended],
    rootfs: [alive, ended],
    layers: [alive, ended],
    exits: [[], ended],
    runtimeStates: [alive, ended],
    cgroups: [
      [...ready, ...alive],
      [...ended, ...halfStopped],
    ],
    monitors: [alive],
    // A pod that shares its PID namespace in a user namespace has an init of the runtime instead.
    processes: [[], [...ready, ...halfStopped]],
    strays: [[]],
  };
};

/** How the host differs from what clients are told: what is missing, and what is left of nothing that they can see. */
export const differences = (bed: Bed, listing: Listing): readonly string[] => {
  const found = readInventory(bed);
  return Object.entries(expected(listing)).flatMap(([kind, [must, may = []]]) => {
    const there = found[kind as Kind];
    const missing = must.filter((id) => !there.includes(id)).map((id) => `missing ${kind} ${id}`);
    const left = there.filter((id) => !must.includes(id) && !may.includes(id)).map((id) => `left ${kind} ${id}`);
    return [...missing, ...left];
  });
};
