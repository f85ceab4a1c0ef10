import { readFile, rm } from 'node:fs/promises';
import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import { leftPidFiles } from './call-files.ts';
import type { ExecEnvironment } from './exec-environment.ts';
import { killTree, sessionOf } from './process-tree.ts';

/**
 * Ends the commands that a daemon which was killed had started in a container: nobody reads their output or minds their time-outs any more. A pid counts
 * only while it is in the container's cgroup, for pids are used again.
 */
export const endLeft = async (env: ExecEnvironment, ref: ContainerRef): Promise<void> => {
  const files = await leftPidFiles(env.layout(ref));
  if (files.length === 0) return;
  const candidates = (): Promise<readonly number[]> => env.pids(ref);
  const inside = new Set(await candidates());
  for (const file of files) {
    const root = Number(await readFile(file, 'utf8').catch(() => ''));
    if (inside.has(root)) await killTree({ root, rooted: true, session: await sessionOf(root), candidates });
    await rm(file, { force: true });
  }
};
