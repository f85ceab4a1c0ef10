import { availableParallelism } from 'node:os';
import { createLimit, type Limit } from '../../core/limit.ts';
import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import { adoptOrphans } from '../../host/adopted.ts';
import type { Command } from '../../host/process.ts';
import { cgroupPids } from '../cgroups/cgroup.ts';
import type { ExpectMove } from '../cgroups/expect-move.ts';
import { type ContainerEnvironment, cgroupOf } from '../container-environment.ts';
import { type ContainerLayout, containerLayout } from '../container-layout.ts';

/** What processes are started with in running containers. */
export interface ExecEnvironment {
  readonly layout: (ref: ContainerRef) => ContainerLayout;
  readonly runtime: (ref: ContainerRef, args: readonly string[]) => Command;
  /** The runtime moves what it starts to the container's cgroup. */
  readonly expectMove: ExpectMove;
  /** Processes of the container. */
  readonly pids: (ref: ContainerRef) => Promise<readonly number[]>;
  /** Starts at once, over all containers: each is a process of the runtime that wants a whole processor for a moment. */
  readonly starts: Limit;
}

const MIN_STARTS = 4;

export const createExecEnvironment = (env: ContainerEnvironment): ExecEnvironment => {
  adoptOrphans();
  return {
    layout: ({ container }) => containerLayout(env.roots, container.id),
    runtime: ({ sandbox }, args) => env.runtimes.command(sandbox, args),
    expectMove: env.expectMove,
    pids: async (ref) => cgroupPids(env.cgroups, cgroupOf(ref)),
    starts: createLimit(Math.max(MIN_STARTS, 2 * availableParallelism())),
  };
};
