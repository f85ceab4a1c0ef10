import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { errnoOf } from '../../core/errors.ts';
import { capabilitiesOfMask } from './capabilities.ts';
import { type MountInfo, parseMountinfo } from './mountinfo.ts';
import { readSeccompProfile, type SeccompProfile } from './seccomp-profile.ts';

/** What the kernel and the daemon's own rights allow: read once, at start. */
export interface HostFacts {
  /** For pods that have no hostname of their own. */
  readonly hostname: string;
  readonly cgroupVersion: 1 | 2;
  /** Undefined: the kernel has no seccomp filters. */
  readonly seccomp: { readonly defaultProfile: SeccompProfile | undefined } | undefined;
  /** Undefined: the kernel does not enforce AppArmor. */
  readonly apparmor: { readonly defaultProfile: string | undefined } | undefined;
  readonly selinux: boolean;
  /** `CAP_...` that the daemon can give to a container. */
  readonly capabilities: readonly string[];
  /** Lowest oom_score_adj that the daemon may set; -1000 with CAP_SYS_RESOURCE. */
  readonly oomScoreAdjMin: number;
  /** As in cgroup file names: `2MB`. Empty without a hugetlb controller. */
  readonly hugepageSizes: readonly string[];
  /** The memory controller limits swap. */
  readonly swapAccounting: boolean;
  /** The kernel makes them, and maps the owners of overlay's lower layers into them (5.19). */
  readonly userNamespaces: boolean;
  /** As Go names it: `amd64`. */
  readonly arch: string;
  readonly kernel: readonly [major: number, minor: number];
}

const CGROUP_ROOT = '/sys/fs/cgroup';
const CGROUP2_MAGIC = 0x63677270;
const DEFAULT_SECCOMP = '/usr/share/containers/seccomp.json';

/** Errors: whatever reading /proc/self gives; a file that is absent elsewhere means that the feature is. */
export const readHostFacts = async (): Promise<HostFacts> => {
  const status = statusFields(await readFile('/proc/self/status', 'utf8'));
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
  const cgroupVersion = (await statfs(CGROUP_ROOT)).type === CGROUP2_MAGIC ? 2 : 1;
  const lastCapability = Number(await readFile('/proc/sys/kernel/cap_last_cap', 'utf8'));
  const capabilities = ownCapabilities(status, lastCapability);
  const cgroups = { version: cgroupVersion, mounts } as const;
  return {
    hostname: hostname(),
    cgroupVersion,
    seccomp: status.has('Seccomp')
      ? { defaultProfile: await readSeccompProfile(DEFAULT_SECCOMP).catch(ifAbsent) }
      : undefined,
    apparmor: await readApparmor(),
    selinux: (await textOf('/sys/fs/selinux/enforce')) !== undefined,
    capabilities,
    oomScoreAdjMin: capabilities.includes('CAP_SYS_RESOURCE')
      ? -1000
      : Number(await readFile('/proc/self/oom_score_adj', 'utf8')),
    hugepageSizes: (await hasHugetlb(cgroups)) ? await readHugepageSizes() : [],
    swapAccounting: await limitsSwap(cgroups),
    userNamespaces: await hasUserNamespaces(),
    arch: GO_ARCH[process.arch] ?? process.arch,
    kernel: kernelVersion(release()),
  };
};

const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

const statusFields = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\n').map((line): [string, string] => [line.split(':')[0] ?? '', (line.split('\t')[1] ?? '').trim()]),
  );

/** What is both permitted and in the bounding set: a runtime started by the daemon can hand on nothing else. */
const ownCapabilities = (status: ReadonlyMap<string, string>, last: number): readonly string[] => {
  const permitted = capabilitiesOfMask(status.get('CapPrm') ?? '0', last);
  return capabilitiesOfMask(status.get('CapBnd') ?? '0', last).filter((name) => permitted.includes(name));
};

/** `6.1.0-18-amd64` is [6, 1]. */
export const kernelVersion = (text: string): readonly [number, number] => {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(text) ?? [];
  return [Number(major), Number(minor)];
};

/** `hugepages-2048kB` is `2MB`, as the cgroup files are named. */
export const hugepageSize = (directory: string): string => {
  const kib = Number(/^hugepages-(\d+)kB$/.exec(directory)?.[1] ?? 0);
  if (kib >= 1024 * 1024) return `${kib / 1024 / 1024}GB`;
  return kib >= 1024 ? `${kib / 1024}MB` : `${kib}KB`;
};

const readHugepageSizes = async (): Promise<readonly string[]> =>
  ((await readdir('/sys/kernel/mm/hugepages').catch(ifAbsent)) ?? []).map(hugepageSize);

interface Cgroups {
  readonly version: 1 | 2;
  readonly mounts: readonly MountInfo[];
}

const controllerMount = ({ mounts }: Cgroups, controller: string): string | undefined =>
  mounts.find(({ type, superOptions }) => type === 'cgroup' && superOptions.includes(controller))?.mountPoint;

const hasHugetlb = async (cgroups: Cgroups): Promise<boolean> => {
  if (cgroups.version === 1) return controllerMount(cgroups, 'hugetlb') !== undefined;
  return ((await textOf(`${CGROUP_ROOT}/cgroup.controllers`)) ?? '').trim().split(' ').includes('hugetlb');
};

const limitsSwap = async (cgroups: Cgroups): Promise<boolean> => {
  if (cgroups.version === 2) return cgroup2LimitsSwap();
  const memory = controllerMount(cgroups, 'memory');
  return memory !== undefined && (await exists(`${memory}/memory.memsw.limit_in_bytes`));
};

// The root cgroup has no limits; there, a kernel with swap at all is one that counts it.
const cgroup2LimitsSwap = async (): Promise<boolean> => {
  const own = /^0::(.*)$/m.exec((await textOf('/proc/self/cgroup')) ?? '')?.[1] ?? '/';
  return exists(own === '/' ? '/proc/swaps' : `${CGROUP_ROOT}${own}/memory.swap.max`);
};

// A profile under one of these names is what the distribution's container packages load for unnamed containers.
const APPARMOR_DEFAULTS = ['containers-default', 'docker-default', 'cri-containerd.apparmor.d', 'crio-default'];

const readApparmor = async (): Promise<HostFacts['apparmor']> => {
  if (!((await textOf('/sys/module/apparmor/parameters/enabled')) ?? '').startsWith('Y')) return undefined;
  const loaded = (await textOf('/sys/kernel/security/apparmor/profiles')) ?? '';
  const names = loaded.split('\n').map((line) => line.replace(/ \(\w+\)$/, ''));
  return { defaultProfile: names.find((name) => APPARMOR_DEFAULTS.some((known) => name.startsWith(known))) };
};

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(ifAbsent)) !== undefined;
const textOf = async (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(ifAbsent);

const ifAbsent = (error: unknown): undefined => {
  if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) throw error;
  return undefined;
};

const hasUserNamespaces = async (): Promise<boolean> => {
  const [major, minor] = kernelVersion(release());
  const limit = Number((await textOf('/proc/sys/user/max_user_namespaces')) ?? '0');
  return limit > 0 && (major > 5 || (major === 5 && minor >= 19));
};
