import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSpec, type SpecInput } from '../../../src/runtime/spec/build-spec.ts';
import type { HostFacts } from '../../../src/runtime/spec/host-facts.ts';
import { prepareSpec } from '../../../src/runtime/spec/prepare-spec.ts';
import { type Overrides, specInput } from '../../unit/spec/fixtures.ts';

const run = promisify(execFile);
const APPLETS = [
  'sh',
  'id',
  'cat',
  'ls',
  'env',
  'pwd',
  'touch',
  'chmod',
  'grep',
  'stat',
  'hostname',
  'readlink',
  'test',
  'echo',
  'umask',
];

export const RUNTIMES = {
  runc: ['runc'],
  // crun takes a v1 host only when no v2 hierarchy is mounted beside: a mount namespace of its own hides it.
  crun: [
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-c',
    'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"',
    'sh',
    'crun',
  ],
} as const;

export interface Bed {
  readonly base: string;
  readonly rootfs: string;
  readonly volumesDir: string;
}

/** A root file system of busybox, and the pod's files. */
export const makeBed = (): Bed => {
  const base = mkdtempSync(join(tmpdir(), 'janus-spec-'));
  const rootfs = join(base, 'rootfs');
  for (const dir of ['bin', 'etc', 'proc', 'dev', 'sys', 'tmp', 'home/web'])
    mkdirSync(join(rootfs, dir), { recursive: true });
  copyFileSync('/usr/bin/busybox', join(rootfs, 'bin/busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(rootfs, 'bin', applet));
  writeFileSync(join(rootfs, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nweb:x:1000:100::/home/web:/bin/sh\n');
  writeFileSync(join(rootfs, 'etc/group'), 'root:x:0:\nusers:x:100:\nvideo:x:44:web\n');
  mkdirSync(join(base, 'shm'));
  for (const file of ['resolv.conf', 'hostname', 'hosts']) writeFileSync(join(base, file), `${file} of the pod\n`);
  return { base, rootfs, volumesDir: join(base, 'volumes') };
};

const podPaths = (base: string) => ({
  netns: undefined,
  ipcns: undefined,
  utsns: undefined,
  resolvConf: join(base, 'resolv.conf'),
  hostname: join(base, 'hostname'),
  hosts: join(base, 'hosts'),
  shm: join(base, 'shm'),
});

export interface RunOptions {
  readonly runtime: keyof typeof RUNTIMES;
  readonly bed: Bed;
  readonly host: HostFacts;
  readonly over?: Overrides;
}

/** Builds the spec as the daemon does and runs it to its end; resolves with its output. A failing container rejects. */
export const runSpec = async (script: string, { runtime, bed, host, over = {} }: RunOptions): Promise<string> => {
  const id = `janus-spec-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const plan: SpecInput = specInput({
    ...over,
    config: { command: ['/bin/sh', '-c', script], ...over.config },
    paths: { ...podPaths(bed.base), ...over.paths },
    host,
    input: { ...over.input, rootfs: bed.rootfs, cgroupsPath: `/janus-test/${id}` },
  });
  const prepared = await prepareSpec(plan, {
    rootfs: bed.rootfs,
    volumesDir: bed.volumesDir,
    features: { recursiveReadOnlyMounts: true, idMappedMounts: false },
    selinux: host.selinux,
    imagePath: () => Promise.reject(new Error('no image mounts here')),
    relabel: () => Promise.resolve(),
    signal: AbortSignal.timeout(30_000),
  });
  for (const { hostPath } of prepared.volumes) mkdirSync(hostPath, { recursive: true });
  const bundle = mkdtempSync(join(bed.base, 'bundle-'));
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(buildSpec({ ...plan, ...prepared })));
  return runBundle([...RUNTIMES[runtime], '--root', join(bed.base, 'state')], bundle, id);
};

const runBundle = async (command: readonly string[], bundle: string, id: string): Promise<string> => {
  const [program = '', ...args] = command;
  try {
    return (await run(program, [...args, 'run', '--bundle', bundle, id], { timeout: 30_000 })).stdout;
  } finally {
    await run(program, [...args, 'delete', '--force', id]).catch(() => undefined);
  }
};

/** Removes the files and the cgroups that the runtimes' own clean-up leaves. */
export const removeBed = ({ base }: Bed): void => {
  rmSync(base, { recursive: true });
  for (const controller of readdirSync('/sys/fs/cgroup')) {
    try {
      rmdirSync(join('/sys/fs/cgroup', controller, 'janus-test'));
    } catch {
      // Not a hierarchy, or none was made there.
    }
  }
};
