import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import { identify } from '../../host/process-identity.ts';
import { type LeftCall, leftCalls } from './call-files.ts';
import type { ExecEnvironment } from './exec-environment.ts';
import { killTree, sessionNow } from './process-tree.ts';

/**
 * Ends the commands that a daemon which was killed had started in a container: nobody reads their output or minds their time-outs any more. What they
 * have left in the background stays, as it does when they end by themselves. A pid counts only while it is in the container's cgroup, and is the
 * process that was started: pids are used again.
 */
export const endLeft = async (env: ExecEnvironment, ref: ContainerRef): Promise<void> => {
  const { calls, forget } = await leftCalls(env.layout(ref));
  const candidates = (): Promise<readonly number[]> => env.pids(ref);
  const inside = calls.length === 0 ? [] : await candidates();
  const isLeft = ({ pid, startTime }: LeftCall): boolean =>
    inside.includes(pid) && [identify(pid)?.startTime, undefined].includes(startTime);
  for (const { pid } of calls.filter(isLeft))
    await killTree({ root: pid, rooted: true, session: sessionNow(pid), candidates });
  await forget();
};
