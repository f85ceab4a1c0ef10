import type { Context } from './context.ts';
import { messageOf } from './errors.ts';
import { recordExit, refOf, unknownExit } from './exits.ts';
import type { ContainerRecord } from './model/container.ts';
import type { SandboxRecord } from './model/sandbox.ts';
import type { ContainerRef } from './ports/container-runtime.ts';
import { endContainer, moveContainer } from './transitions.ts';
import { markStopped } from './verbs/stop-pod-sandbox.ts';

export interface RecoveryReport {
  readonly sandboxes: number;
  readonly containers: number;
  /** Half-made things that were taken down. */
  readonly takenDown: number;
  /** What could not be recovered; it stays listed, or is tried again at the next start. */
  readonly failures: readonly string[];
}

const DEADLINE_MS = 60_000;
const AT_ONCE = 8;

/** Runs `action` for each item, at most AT_ONCE at a time; failures are collected, not thrown. */
const forEach = async <T extends { readonly id: string }>(items: readonly T[], action: (item: T) => Promise<void>): Promise<string[]> => {
  const queue = [...items];
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await action(item).catch((error: unknown) => failures.push(`${item.id}: ${messageOf(error)}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failures;
};

const takeDownContainer = async (ctx: Context, ref: ContainerRef): Promise<void> => {
  await ctx.runtime.remove(ref, { signal: AbortSignal.timeout(DEADLINE_MS) });
  await ctx.containers.delete(ref.container.id);
};

const takeDownSandbox = async (ctx: Context, sandbox: SandboxRecord): Promise<void> => {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const { netns } = ctx.host.paths(sandbox);
  if (netns !== undefined) await ctx.network.detach(sandbox, netns, { signal });
  await ctx.host.stop(sandbox, { signal });
  await ctx.host.remove(sandbox);
  await ctx.sandboxes.delete(sandbox.id);
};

/** A container whose start was on its way when the daemon died runs now; its start time is not known better than `now`. */
const findStarted = async (ctx: Context, ref: ContainerRef): Promise<void> => {
  const state = await ctx.runtime.inspect(ref);
  if (state.kind !== 'running') return;
  await moveContainer(ctx, ref.container, { state: { kind: 'running', process: state.process, startedAt: ctx.clock.unique() } });
};

const recoverContainer = async (ctx: Context, container: ContainerRecord): Promise<void> => {
  const ref = refOf(ctx, container.id);
  if (ref === undefined) throw new Error(`its sandbox ${container.sandboxId} is not known`);
  const { kind } = container.state;
  if (kind === 'creating') return takeDownContainer(ctx, ref);
  if (kind === 'exited') return;
  if (!ctx.runtime.hasProcess(ref)) {
    if (!(await recordExit(ctx, ref))) await endContainer(ctx, container.id, unknownExit(ctx.clock.unique()));
    return;
  }
  if (kind === 'created') await findStarted(ctx, ref);
};

const recoverSandbox = async (ctx: Context, sandbox: SandboxRecord): Promise<void> => {
  if (sandbox.state.kind === 'creating') return takeDownSandbox(ctx, sandbox);
  if (sandbox.state.kind === 'ready' && !(await ctx.host.isAlive(sandbox)))
    await markStopped(ctx, sandbox, 'its namespaces are gone: the host was restarted, or they were removed');
};

/**
 * Brings records and host together after the daemon was away: what ran still runs and is known, what ended meanwhile has its exit, what was half-made is
 * taken down, and a pod that cannot be recovered stays listed as not ready.
 */
export const recover = async (ctx: Context): Promise<RecoveryReport> => {
  const containers = ctx.containers.all();
  const sandboxes = ctx.sandboxes.all();
  for (const { createdAt } of [...sandboxes, ...containers]) ctx.clock.advanceTo(createdAt);
  const halfMade = [...sandboxes, ...containers].filter(({ state }) => state.kind === 'creating').length;
  const failures = [
    ...(await forEach(containers, (container) => recoverContainer(ctx, container))),
    ...(await forEach(sandboxes, (sandbox) => recoverSandbox(ctx, sandbox))),
  ];
  return { sandboxes: ctx.sandboxes.all().length, containers: ctx.containers.all().length, takenDown: halfMade, failures };
};
