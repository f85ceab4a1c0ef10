import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from './bed.ts';
import { mustRun } from './command.ts';

/** crun takes a v1 host only when no v2 hierarchy is mounted beside: in a mount namespace of its own this hides it, if it is there. */
const HIDE_UNIFIED = 'umount /sys/fs/cgroup/unified 2>/dev/null || true';

const WRAPPER = `#!/bin/sh
exec unshare -m --propagation private sh -c '${HIDE_UNIFIED}; exec crun "$@"' crun "$@"
`;

/** For daemon.json: crun as it works on any host. */
export const crunRuntime = ({ directory }: Pick<Bed, 'directory'>): Readonly<Record<string, unknown>> => {
  const path = join(directory, 'crun');
  writeFileSync(path, WRAPPER, { mode: 0o755 });
  return { crun: { path } };
};

/**
 * The launcher of a daemon that finds no v2 hierarchy, so that it can run crun itself: what the wrapper costs at each call is more than crun does. The
 * namespace is held by a file, for the next daemon has to find the mounts of the one before; it goes with the bed. The bed's state is in memory.
 */
export const launcherWithoutUnified = ({ state }: Pick<Bed, 'state'>): readonly string[] => {
  const path = join(state, 'mount-namespace');
  writeFileSync(path, '');
  // Slave: what the host unmounts is not held here.
  mustRun('unshare', `--mount=${path}`, '--propagation', 'slave', 'sh', '-c', HIDE_UNIFIED);
  return ['nsenter', `--mount=${path}`, '--'];
};
