import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerConfig, DeepPartial } from '../../src/adapters/v1alpha2/generated/api.ts';
import type { Bed } from '../support/bed.ts';
import { mustRun } from '../support/command.ts';
import { CONTAINER, NODE, POD } from '../support/requests.ts';

/** What one field of a container does, as a process in the container sees it. */
export interface FieldEffect {
  /** `Message.field`, as in docs/reference/cri.md. */
  readonly fields: readonly string[];
  readonly why: string;
  readonly config: (bed: Bed) => DeepPartial<ContainerConfig>;
  /** For `sh -c`, run in the container beside its own process, which has pid 1. */
  readonly probe: string;
  readonly shows: RegExp;
}

const namespaceOptions = { network: POD, ipc: POD, pid: CONTAINER };

type Security = NonNullable<NonNullable<DeepPartial<ContainerConfig>['linux']>['securityContext']>;
type Resources = NonNullable<NonNullable<DeepPartial<ContainerConfig>['linux']>['resources']>;

const security = (securityContext: Security) => () => ({
  linux: { securityContext: { namespaceOptions, ...securityContext } },
});
const resources = (limits: Resources) => () => ({
  linux: { resources: limits, securityContext: { namespaceOptions } },
});
const status = (line: string): string => `grep ^${line}: /proc/1/status`;
const cgroup = (file: string): string => `cat /sys/fs/cgroup/${file}`;

const of = (message: string, ...names: readonly string[]): readonly string[] =>
  names.map((name) => `${message}.${name}`);
const SECURITY = 'LinuxContainerSecurityContext';
const RESOURCES = 'LinuxContainerResources';
const { RuntimeDefault, Unconfined, Localhost } = { RuntimeDefault: 0, Unconfined: 1, Localhost: 2 } as const;

/** A profile of its own that lets everything happen but mkdir. */
const seccompFile = (bed: Bed): string => {
  const file = join(bed.directory, 'no-mkdir.json');
  const syscalls = [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }];
  writeFileSync(file, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls }));
  return file;
};

const hostDirectory = (bed: Bed): string => {
  const directory = join(bed.directory, 'shared');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'file'), 'from the host');
  chmodSync(directory, 0o777);
  return directory;
};

/** A directory that is a mount of its own, which others may follow. */
const sharedMount = (bed: Bed): string => {
  const directory = hostDirectory(bed);
  mustRun('mount', '--bind', directory, directory);
  mustRun('mount', '--make-shared', directory);
  return directory;
};

const mount =
  (parts: object) =>
  (bed: Bed): DeepPartial<ContainerConfig> => ({
    mounts: [{ containerPath: '/data', hostPath: hostDirectory(bed), ...parts }],
  });

const users: readonly FieldEffect[] = [
  {
    fields: of(SECURITY, 'run_as_user', 'run_as_group'),
    why: 'user and group',
    config: security({ runAsUser: { value: 1234n }, runAsGroup: { value: 4321n } }),
    probe: `${status('Uid')}; ${status('Gid')}`,
    shows: /^Uid:\t1234\t1234.*\nGid:\t4321\t4321/,
  },
  {
    fields: of(SECURITY, 'run_as_username'),
    why: "a user of the image's",
    config: security({ runAsUsername: '77' }),
    probe: status('Uid'),
    shows: /\t77\t77/,
  },
  {
    fields: of(SECURITY, 'supplemental_groups'),
    why: 'groups',
    config: security({ supplementalGroups: [5000n, 6000n] }),
    probe: status('Groups'),
    shows: /\b5000 6000\b/,
  },
  {
    fields: [...of(SECURITY, 'capabilities'), ...of('Capability', 'add_capabilities', 'drop_capabilities')],
    why: 'no capabilities but one',
    config: security({ capabilities: { dropCapabilities: ['ALL'], addCapabilities: ['NET_ADMIN'] } }),
    probe: status('CapEff'),
    shows: /\t0{12}1000$/m,
  },
  {
    fields: of('Capability', 'add_ambient_capabilities'),
    why: 'an ambient capability for a user who is not root',
    config: security({ runAsUser: { value: 1234n }, capabilities: { addAmbientCapabilities: ['NET_BIND_SERVICE'] } }),
    probe: status('CapAmb'),
    shows: /\t0{13}400$/m,
  },
  {
    fields: of(SECURITY, 'no_new_privs'),
    why: 'no new privileges',
    config: security({ noNewPrivs: true }),
    probe: status('NoNewPrivs'),
    shows: /\t1$/m,
  },
];

const files: readonly FieldEffect[] = [
  {
    fields: of(SECURITY, 'readonly_rootfs'),
    why: 'a root that is not written to',
    config: security({ readonlyRootfs: true }),
    probe: 'touch /new 2>&1',
    shows: /Read-only file system/,
  },
  {
    fields: of(SECURITY, 'masked_paths'),
    why: 'a file that is not to be seen',
    config: security({ maskedPaths: ['/proc/uptime'] }),
    probe: 'wc -c < /proc/uptime',
    shows: /^0$/m,
  },
  {
    fields: of(SECURITY, 'readonly_paths'),
    why: 'a directory that is not written to',
    config: security({ readonlyPaths: ['/tmp'] }),
    probe: 'touch /tmp/new 2>&1',
    shows: /Read-only file system/,
  },
  {
    fields: of('Mount', 'container_path', 'host_path'),
    why: "a directory of the host's",
    config: mount({}),
    probe: 'cat /data/file && touch /data/new && echo written',
    shows: /^from the hostwritten$/m,
  },
  {
    fields: of('Mount', 'readonly'),
    why: 'a mount that is not written to',
    config: mount({ readonly: true }),
    probe: 'touch /data/new 2>&1',
    shows: /Read-only file system/,
  },
  {
    fields: of('Mount', 'propagation'),
    why: "mounts of the host's that come later",
    config: (bed) => ({ mounts: [{ containerPath: '/data', hostPath: sharedMount(bed), propagation: 1 }] }),
    probe: "grep ' /data ' /proc/self/mountinfo",
    shows: /master:/,
  },
  {
    fields: of('ContainerConfig', 'mounts'),
    why: 'two mounts on one path: the later one',
    config: (bed) => ({
      mounts: [
        { containerPath: '/data', hostPath: bed.logs },
        { containerPath: '/data', hostPath: hostDirectory(bed) },
      ],
    }),
    probe: 'cat /data/file',
    shows: /^from the host$/m,
  },
  {
    fields: [...of('ContainerConfig', 'devices'), ...of('Device', 'container_path', 'host_path', 'permissions')],
    why: 'a device that is read only',
    config: () => ({ devices: [{ containerPath: '/dev/clock', hostPath: '/dev/fuse', permissions: 'r' }] }),
    probe: '(: < /dev/clock) && echo read; (: > /dev/clock) 2>&1',
    shows: /read\n.*not permitted/s,
  },
];

const process: readonly FieldEffect[] = [
  {
    fields: [...of('ContainerConfig', 'command', 'args', 'working_dir')],
    why: 'the command, its arguments and its directory',
    config: () => ({ command: ['sh', '-c'], args: ['exec sleep 1001'], workingDir: '/tmp' }),
    probe: 'tr "\\0" " " < /proc/1/cmdline; readlink /proc/1/cwd',
    shows: /^sleep 1001 \/tmp$/m,
  },
  {
    fields: [...of('ContainerConfig', 'envs'), ...of('KeyValue', 'key', 'value')],
    why: 'a variable with a newline in it',
    config: () => ({ envs: [{ key: 'GREETING', value: Buffer.from('grün\nist') }] }),
    probe: 'tr "\\0" "|" < /proc/1/environ',
    shows: /\|GREETING=grün\nist\|/,
  },
  {
    fields: of('ContainerConfig', 'tty'),
    why: 'a terminal',
    config: () => ({ tty: true }),
    probe: 'readlink /proc/1/fd/0',
    shows: /^\/dev\/(pts\/\d+|console)$/m,
  },
  {
    fields: of('ContainerConfig', 'stdin', 'stdin_once'),
    why: 'a standard input that can be written to',
    config: () => ({ stdin: true, stdinOnce: true }),
    probe: 'readlink /proc/1/fd/0',
    shows: /^pipe:/m,
  },
  {
    fields: [...of('NamespaceOption', 'ipc')],
    why: 'an IPC namespace and a /dev/shm of its own',
    config: () => ({ linux: { securityContext: { namespaceOptions: { ...namespaceOptions, ipc: CONTAINER } } } }),
    probe: "grep ' /dev/shm ' /proc/self/mountinfo",
    shows: / \/ \/dev\/shm .* - tmpfs tmpfs .*size=65536k/,
  },
  {
    fields: of('NamespaceOption', 'pid'),
    why: "the host's processes",
    config: () => ({ linux: { securityContext: { namespaceOptions: { ...namespaceOptions, pid: NODE } } } }),
    probe: 'ls -d /proc/[0-9]* | wc -l',
    shows: /^\d{2,}$/m,
  },
];

const seccomp: readonly FieldEffect[] = [
  {
    fields: [...of(SECURITY, 'seccomp'), ...of('SecurityProfile', 'profile_type')],
    why: "the distribution's filter",
    config: security({ seccomp: { profileType: RuntimeDefault } }),
    probe: status('Seccomp'),
    shows: /\t2$/m,
  },
  {
    fields: of('SecurityProfile', 'profile_type'),
    why: 'no filter',
    config: security({ seccomp: { profileType: Unconfined } }),
    probe: status('Seccomp'),
    shows: /\t0$/m,
  },
  {
    fields: of('SecurityProfile', 'localhost_ref'),
    why: "a filter of the host's",
    config: (bed) => security({ seccomp: { profileType: Localhost, localhostRef: seccompFile(bed) } })(),
    probe: 'mkdir /tmp/new 2>&1; touch /tmp/file && echo touched',
    shows: /not permitted\ntouched/,
  },
  {
    fields: of(SECURITY, 'seccomp_profile_path'),
    why: 'a filter by its old field',
    config: (bed) => security({ seccompProfilePath: `localhost/${seccompFile(bed)}` })(),
    probe: 'mkdir /tmp/new 2>&1',
    shows: /not permitted/,
  },
];

const limits: readonly FieldEffect[] = [
  {
    fields: of(RESOURCES, 'cpu_shares', 'cpu_period', 'cpu_quota'),
    why: 'shares and quota of the processor',
    config: resources({ cpuShares: 333n, cpuPeriod: 50_000n, cpuQuota: 20_000n }),
    probe: ['shares', 'cfs_period_us', 'cfs_quota_us'].map((name) => cgroup(`cpu/cpu.${name}`)).join('; '),
    shows: /^333\n50000\n20000$/m,
  },
  {
    fields: of(RESOURCES, 'memory_limit_in_bytes', 'memory_swap_limit_in_bytes'),
    why: 'limits of memory and swap',
    config: resources({ memoryLimitInBytes: 33_554_432n, memorySwapLimitInBytes: 67_108_864n }),
    probe: `${cgroup('memory/memory.limit_in_bytes')}; ${cgroup('memory/memory.memsw.limit_in_bytes')}`,
    shows: /^33554432\n67108864$/m,
  },
  {
    fields: of(RESOURCES, 'cpuset_cpus', 'cpuset_mems'),
    why: 'one processor',
    config: resources({ cpusetCpus: '0', cpusetMems: '0' }),
    probe: 'grep -E "^(Cpus|Mems)_allowed_list" /proc/1/status',
    shows: /Cpus_allowed_list:\t0\nMems_allowed_list:\t0/,
  },
  {
    fields: of(RESOURCES, 'oom_score_adj'),
    why: 'the wish to be killed first',
    config: resources({ oomScoreAdj: 700n }),
    probe: 'cat /proc/1/oom_score_adj',
    shows: /^700$/m,
  },
];

/** Each is tried over every version, on a host with cgroup v1. */
export const containerFields: readonly FieldEffect[] = [...users, ...files, ...process, ...seccomp, ...limits];
