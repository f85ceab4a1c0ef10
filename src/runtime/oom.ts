import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../core/model/sandbox.ts';
import type { CgroupHierarchy } from './cgroups/hierarchy.ts';
import type { ContainerLayout } from './container-layout.ts';
import { sawOomKill } from './oom/counter.ts';
import type { KernelLog } from './oom/kernel-log.ts';

const SIGKILLED = 137;

export interface OomEvidence {
  readonly hierarchy: CgroupHierarchy;
  readonly cgroup: string;
  readonly layout: Pick<ContainerLayout, 'persist'>;
  /** The container's main process; undefined: not known any more. */
  readonly main: ProcessIdentity | undefined;
  readonly log: KernelLog;
}

/**
 * Whether the kernel's out-of-memory killer ended the container's main process. It must have died of SIGKILL, and the kernel must have
 * killed for memory in its cgroup; whether it killed this process or a child, the kernel's log says. Where that cannot be read the two
 * conditions are all there is, and conmon's word if the cgroup is gone.
 */
export const wasOomKilled = async (
  exit: { exitCode: number; finishedAt: bigint },
  evidence: OomEvidence,
): Promise<boolean> => {
  const { hierarchy, cgroup, layout, main, log } = evidence;
  if (exit.exitCode !== SIGKILLED) return false;
  const counted = sawOomKill(hierarchy, cgroup);
  if (counted === false) return false;
  const logged = main === undefined ? undefined : await log.killed(main, exit.finishedAt);
  return logged ?? (counted === true || existsSync(join(layout.persist, 'oom')));
};
