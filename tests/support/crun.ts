import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from './bed.ts';

/** crun takes a v1 host only when no v2 hierarchy is mounted beside: a mount namespace of its own hides it. */
const WRAPPER = `#!/bin/sh
exec unshare -m --propagation private sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null; exec crun "$@"' crun "$@"
`;

/** For daemon.json: crun as it works on any host. */
export const crunRuntime = ({ directory }: Pick<Bed, 'directory'>): Readonly<Record<string, unknown>> => {
  const path = join(directory, 'crun');
  writeFileSync(path, WRAPPER, { mode: 0o755 });
  return { crun: { path } };
};
