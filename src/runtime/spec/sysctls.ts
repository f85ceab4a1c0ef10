import { invalidArgument } from '../../core/errors.ts';
import type { SandboxConfig } from '../../core/model/sandbox.ts';
import type { NamespaceOptions } from '../../core/model/security.ts';

export interface Sysctl {
  readonly name: string;
  /** The namespace that has it. */
  readonly kind: 'net' | 'ipc';
  /** Of the file, below /proc/sys of the pod's namespaces. */
  readonly path: string;
  readonly value: string;
}

// The sysctls that belong to a namespace: ipc_namespaces(7), network_namespaces(7).
const IPC = /^\/proc\/sys\/(kernel\/(shm[a-z_]+|msg[a-z_]+|sem)|fs\/mqueue\/[a-z_]+)$/;
const NET = /^\/proc\/sys\/net\//;

/**
 * A pod's sysctls with the files they are written to. Names as sysctl(8) takes them: `net.ipv4.conf.eth0/1.forwarding` or
 * `net/ipv4/conf/eth0.1/forwarding`. Errors: invalid-argument for a name that is none (CVE-2022-0811), belongs to no namespace
 * or to one that is the host's (CVE-2022-0532), and for a value with a NUL or newline.
 */
export const checkSysctls = ({ sysctls, security }: Pick<SandboxConfig, 'sysctls' | 'security'>): readonly Sysctl[] =>
  Object.entries(sysctls).map(([name, value]) => {
    const path = pathOf(name);
    const kind = kindOf(name, path);
    checkOwned(name, kind, security.namespaces);
    if (/[\0\n]/.test(value)) throw invalidArgument('sysctls', `the value of ${name} holds a NUL or newline`);
    return { name, kind, path, value };
  });

/** Whichever of `.` and `/` comes first separates; the other one then stands for a `.` inside a part. */
const pathOf = (name: string): string => {
  const bySlash = /^[^.]*\//.test(name);
  const parts = name.split(bySlash ? '/' : '.').map((part) => (bySlash ? part : part.replaceAll('/', '.')));
  const isPart = (part: string): boolean => /^[\w@:.-]{1,64}$/.test(part) && !/^\.+$/.test(part);
  if (!parts.every(isPart)) throw invalidArgument('sysctls', `${JSON.stringify(name)} is not a sysctl`);
  return ['/proc/sys', ...parts].join('/');
};

const kindOf = (name: string, path: string): Sysctl['kind'] => {
  if (IPC.test(path)) return 'ipc';
  if (NET.test(path)) return 'net';
  throw invalidArgument('sysctls', `${JSON.stringify(name)} does not belong to a namespace`);
};

const checkOwned = (name: string, kind: Sysctl['kind'], { ipc, network }: NamespaceOptions): void => {
  if ((kind === 'ipc' ? ipc : network) !== 'node') return;
  throw invalidArgument(
    'sysctls',
    `${JSON.stringify(name)} is not allowed with the host's ${kind === 'ipc' ? 'IPC' : 'network'} namespace`,
  );
};
