import { mustRun } from '../../tests/support/command.ts';
import { WORKLOAD } from '../workload.ts';

interface OciConfig {
  process: { args: readonly string[]; terminal: boolean };
  root: { path: string; readonly: boolean };
  hostname?: string;
  linux: { namespaces: { type: string; path?: string }[]; cgroupsPath?: string };
}

interface BareSpec {
  readonly rootfs: string;
  readonly net: string;
  readonly ipc: string;
  readonly uts: string;
  readonly cgroup: string;
}

/** What `runc spec` writes, read once. */
const template = (): OciConfig => {
  const directory = mustRun('mktemp', '-d');
  mustRun('runc', 'spec', '--bundle', directory);
  const text = mustRun('cat', `${directory}/config.json`);
  mustRun('rm', '-r', directory);
  return JSON.parse(text) as OciConfig;
};

let known: OciConfig | undefined;

/** The runtime's own example, with our workload in the pod's namespaces. */
export const bareSpec = ({ rootfs, net, ipc, uts, cgroup }: BareSpec): string => {
  known ??= template();
  const { hostname: _, ...spec } = known;
  const namespaces = [
    ...[{ type: 'pid' }, { type: 'mount' }],
    ...[
      { type: 'network', path: net },
      { type: 'ipc', path: ipc },
      { type: 'uts', path: uts },
    ],
  ];
  return JSON.stringify({
    ...spec,
    process: { ...spec.process, args: WORKLOAD, terminal: false },
    root: { path: rootfs, readonly: false },
    linux: { ...spec.linux, namespaces, cgroupsPath: cgroup },
  });
};
