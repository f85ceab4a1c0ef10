import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, mustRun } from './command.ts';
import { repository } from './paths.ts';

/** A place for private daemons: directories, a bridge network, an image. What a daemon leaves behind is visible in it. */
export interface Bed {
  readonly directory: string;
  readonly socket: string;
  readonly graph: string;
  readonly state: string;
  readonly pidfile: string;
  readonly bridge: string;
  readonly cniDirectory: string;
  readonly cgroupParent: string;
  readonly logs: string;
  /** What a restart of the machine takes away, when no daemon runs: processes, mounts, links, cgroups, and all that is under the state directory. */
  reboot(): void;
  /** Takes away what the tests themselves made. */
  dispose(): void;
}

export const IMAGE = 'docker.io/library/janus-test:latest';

const network = (name: string, subnet: string, dataDir: string): string =>
  JSON.stringify({
    cniVersion: '0.4.0',
    name,
    plugins: [
      {
        type: 'bridge',
        bridge: name,
        isGateway: true,
        ipMasq: false,
        ipam: { type: 'host-local', dataDir, ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });

export interface BedOptions {
  /** With the octet, the pods' subnet: 10.88.OCTET.0/24 has room for 253. */
  readonly prefix?: number;
  /** The state directory is a tmpfs, as /run is on a node. */
  readonly stateInMemory?: boolean;
}

/** Private: a mount namespace can be held by a file on it (mount_namespaces(7)). */
const mountMemory = (path: string): void => {
  mkdirSync(path);
  mustRun('mount', '--make-private', '-t', 'tmpfs', '-o', 'mode=755', 'janus-bed', path);
};

/** `name` has at most 8 characters: it is part of an interface's name. */
export const makeBed = (name: string, octet: number, { prefix = 24, stateInMemory = false }: BedOptions = {}): Bed => {
  const directory = mkdtempSync(join(tmpdir(), `janus-${name}-`));
  // As /run is: the root of a pod's user namespace has to get through to its files.
  chmodSync(directory, 0o711);
  const bridge = `jt-${name}`;
  const cniDirectory = join(directory, 'cni');
  mkdirSync(cniDirectory);
  writeFileSync(
    join(cniDirectory, '10-test.conflist'),
    network(bridge, `10.88.${octet}.0/${prefix}`, join(directory, 'ipam')),
  );
  const bed = {
    directory,
    bridge,
    cniDirectory,
    socket: join(directory, 'janus.sock'),
    graph: join(directory, 'graph'),
    state: join(directory, 'state'),
    pidfile: join(directory, 'janusd.pid'),
    cgroupParent: `/janus-test-${name}`,
    logs: join(directory, 'logs'),
  };
  mkdirSync(bed.logs);
  const place = { ...bed, stateInMemory };
  if (stateInMemory) mountMemory(bed.state);
  mustRun(
    join(repository, 'scripts/lib/busybox-image.sh'),
    join(bed.graph, 'storage'),
    join(bed.state, 'storage'),
    IMAGE,
  );
  return { ...bed, reboot: () => rebootBed(place), dispose: () => disposeBed(bed) };
};

/** Mount points below a directory, the deepest first. */
export const mountsBelow = (directory: string): readonly string[] =>
  command('cat', ['/proc/self/mountinfo'])
    .stdout.split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${directory}/`))
    .sort((a, b) => b.length - a.length);

const containedIn = (cgroupParent: string): readonly number[] =>
  command('sh', ['-c', `cat $(find /sys/fs/cgroup -path '*${cgroupParent}*' -name cgroup.procs)`])
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number);

const monitorsOf = (directory: string): readonly number[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && isMonitor(pid, directory))
    .map(Number);

const isMonitor = (pid: string, directory: string): boolean => {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return /^(conmon\0|\S*\/containerd-shim-)/.test(line) && line.includes(`${directory}/`);
  } catch {
    return false;
  }
};

/** Removes those that meet the conditions (find(1)) and are empty, in each hierarchy. */
export const removeCgroups = (...conditions: readonly string[]): void => {
  command('find', ['/sys/fs/cgroup', '-depth', '-type', 'd', ...conditions, '-exec', 'rmdir', '{}', ';']);
};

type Place = Pick<Bed, 'directory' | 'state' | 'bridge' | 'cgroupParent'>;

const KILL_ROUNDS = 500;
const ROUND_MS = 10;

/** Kills those that `find` finds until it finds none: what was killed may have forked, and takes a moment to end. */
const killAll = (what: string, find: () => readonly number[]): void => {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const pids = find();
    if (pids.length === 0) return;
    command('kill', ['-9', ...pids.map(String)]);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ROUND_MS);
  }
  throw new Error(`${what} do not end: ${find().join(', ')}`);
};

/**
 * Processes are ended by pid before what they use is taken away. The monitors go first: one that sees its container end writes how it ended, which no
 * power loss leaves.
 */
const clearKernel = ({ directory, bridge, cgroupParent }: Place): void => {
  killAll('monitors', () => monitorsOf(directory));
  killAll("the pods' processes", () => containedIn(cgroupParent));
  for (const path of mountsBelow(directory)) command('umount', ['-l', path]);
  command('ip', ['link', 'delete', bridge]);
  removeCgroups('-path', `*${cgroupParent}*`);
};

const rebootBed = ({ stateInMemory, ...bed }: Place & { readonly stateInMemory: boolean }): void => {
  clearKernel(bed);
  rmSync(bed.state, { recursive: true, force: true });
  if (stateInMemory) mountMemory(bed.state);
};

/** A test that fails may leave pods. */
const disposeBed = (bed: Place): void => {
  clearKernel(bed);
  rmSync(bed.directory, { recursive: true, force: true });
};
