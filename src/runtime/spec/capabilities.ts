import { invalidArgument, JanusError } from '../../core/errors.ts';
import type { ContainerSecurity } from '../../core/model/security.ts';
import type { OciCapabilities } from './oci.ts';

/** Linux' capabilities in the order of their numbers: capabilities(7), include/uapi/linux/capability.h. */
const NAMES: readonly string[] = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((name) => `CAP_${name}`);

/** What an unprivileged container has when its request is silent; the same set as Docker's and containerd's. */
const DEFAULT: readonly string[] =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'
    .split(' ')
    .map((name) => `CAP_${name}`);

/** Names of the bits of a mask such as `CapBnd` of /proc/self/status, up to the kernel's last capability. */
export const capabilitiesOfMask = (hex: string, last: number): readonly string[] => {
  const mask = BigInt(`0x${hex}`);
  return NAMES.filter((_, bit) => bit <= last && ((mask >> BigInt(bit)) & 1n) === 1n);
};

const normalize = (name: string, field: string): string => {
  const upper = name.toUpperCase();
  const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  if (!NAMES.includes(full)) throw invalidArgument(field, `unknown capability ${JSON.stringify(name)}`);
  return full;
};

interface NameList {
  readonly all: boolean;
  readonly names: readonly string[];
}

const parse = (list: readonly string[], field: string): NameList => {
  const isAll = (name: string): boolean => name.toUpperCase() === 'ALL';
  return { all: list.some(isAll), names: list.filter((name) => !isAll(name)).map((name) => normalize(name, field)) };
};

const obtainable = (names: readonly string[], available: readonly string[]): readonly string[] => {
  const missing = names.find((name) => !available.includes(name));
  if (missing !== undefined) throw new JanusError('failed-precondition', `${missing} is not available on this host`);
  return names;
};

interface Options {
  /** Uid of the container's process. */
  readonly uid: number;
  /** What the daemon can give: HostFacts.capabilities. */
  readonly available: readonly string[];
}

/**
 * `ALL` first, drop before add, then single names, drop having the last word: `drop ALL, add X` leaves X. Privileged takes all there are.
 * Nothing is inheritable (CVE-2022-24769) but what the request wants ambient, which the kernel demands; root needs
 * no ambient set. Errors: invalid-argument for a name Linux does not have, failed-precondition for one the daemon lacks.
 */
export const capabilitiesFor = (security: ContainerSecurity, { uid, available }: Options): OciCapabilities => {
  const add = parse(security.capabilities.add, 'capabilities.add_capabilities');
  const drop = parse(security.capabilities.drop, 'capabilities.drop_capabilities');
  const wanted = parse(security.capabilities.addAmbient, 'capabilities.add_ambient_capabilities');
  const ambient = wanted.all ? available : wanted.names;
  const set = security.privileged ? available : granted({ add, drop, ambient }, available);
  const raised = uid === 0 ? [] : set.filter((name) => ambient.includes(name));
  return { bounding: set, effective: set, permitted: set, inheritable: raised, ambient: raised };
};

interface Request {
  readonly add: NameList;
  readonly drop: NameList;
  readonly ambient: readonly string[];
}

const granted = ({ add, drop, ambient }: Request, available: readonly string[]): readonly string[] => {
  const base = drop.all ? [] : add.all ? available : DEFAULT.filter((name) => available.includes(name));
  const extra = obtainable([...add.names, ...ambient], available);
  return [...new Set([...base, ...extra])].filter((name) => !drop.names.includes(name));
};
