import type { Context } from './context.ts';
import { forEach } from './each.ts';
import { refOf, settleGone } from './exits.ts';
import { lostSandbox } from './lost-sandbox.ts';
import type { ContainerRecord } from './model/container.ts';
import type { ContainerId, SandboxId } from './model/ids.ts';
import type { SandboxRecord } from './model/sandbox.ts';
import type { ContainerRef } from './ports/container-runtime.ts';
import type { SandboxLeftover } from './ports/sandbox-host.ts';
import { takeDownContainer, takeDownSandbox } from './take-down.ts';
import { moveContainer } from './transitions.ts';
import { markStopped } from './verbs/stop-pod-sandbox.ts';

export interface RecoveryReport {
  readonly sandboxes: number;
  readonly containers: number;
  /** Half-made things, and things without a record, that were taken down. */
  readonly takenDown: number;
  /** What could not be recovered; it stays listed, or is tried again later. */
  readonly failures: readonly string[];
}

interface Recovery {
  readonly ctx: Context;
  /** For all that is taken down together: a CNI plugin that hangs must not keep the daemon from serving. */
  readonly signal: AbortSignal;
  takenDown: number;
}

const DEADLINE_MS = 60_000;

/** A container whose start was on its way when the daemon died runs now; its start time is not known better than `now`. */
const findStarted = async (ctx: Context, ref: ContainerRef): Promise<void> => {
  const state = await ctx.runtime.inspect(ref);
  if (state.kind !== 'running') return;
  await moveContainer(ctx, ref.container, {
    state: { kind: 'running', process: state.process, startedAt: ctx.clock.unique() },
  });
};

const recoverContainer = async (recovery: Recovery, container: ContainerRecord): Promise<void> => {
  const { ctx, signal } = recovery;
  const ref = refOf(ctx, container.id);
  const { kind } = container.state;
  if (ref === undefined || kind === 'exited' || kind === 'unrunnable') return;
  if (kind === 'creating') {
    await takeDownContainer(ctx, ref, { signal });
    recovery.takenDown += 1;
  } else if (!ctx.runtime.hasProcess(ref)) await settleGone(ctx, ref);
  else if (kind === 'created') await findStarted(ctx, ref);
  else await ctx.runtime.endSessions(ref);
};

const recoverSandbox = async (recovery: Recovery, sandbox: SandboxRecord): Promise<void> => {
  const { ctx, signal } = recovery;
  if (sandbox.state.kind === 'creating') {
    await takeDownSandbox(ctx, sandbox, { signal });
    recovery.takenDown += 1;
  } else if (sandbox.state.kind === 'ready' && !(await ctx.host.isAlive(sandbox)))
    await markStopped(ctx, sandbox, 'its namespaces are gone: the host was restarted, or they were removed');
};

/** A pod whose record is lost but which has containers is listed again: they can be seen, and the pod can be removed. */
const adoptLost = async (
  { ctx }: Recovery,
  leftovers: ReadonlyMap<SandboxId, SandboxLeftover>,
): Promise<readonly string[]> => {
  const orphans = ctx.containers.all().filter(({ sandboxId }) => ctx.sandboxes.get(sandboxId) === undefined);
  const bySandbox = new Map(orphans.map((container) => [container.sandboxId, container]));
  const lost = [...bySandbox].map(([id, container]) =>
    lostSandbox(ctx, { id, container, cgroup: leftovers.get(id)?.cgroup }),
  );
  return forEach(lost, (sandbox) => ctx.sandboxes.put(sandbox, { durable: true }));
};

/** What is on the host and has no record, or none that can be read: nobody could stop or remove it any more. */
interface Strays {
  readonly sandboxes: readonly SandboxLeftover[];
  readonly containers: readonly { readonly id: ContainerId }[];
}

const findStrays = async (ctx: Context, leftovers: Iterable<SandboxLeftover>): Promise<Strays> => {
  const containers = (await ctx.runtime.leftovers()).filter((id) => ctx.containers.get(id) === undefined);
  return {
    sandboxes: [...leftovers].filter(({ id }) => ctx.sandboxes.get(id) === undefined),
    containers: containers.map((id) => ({ id })),
  };
};

const takeDownStrays = async (recovery: Recovery, { sandboxes, containers }: Strays): Promise<readonly string[]> => {
  const { ctx, signal } = recovery;
  const failures = [
    ...(await forEach(containers, ({ id }) => ctx.runtime.removeLeftover(id, { signal }))),
    ...(await forEach(sandboxes, (leftover) => takeDownSandbox(ctx, lostSandbox(ctx, leftover), { signal }))),
  ];
  recovery.takenDown += containers.length + sandboxes.length - failures.length;
  for (const { id } of [...containers, ...sandboxes]) ctx.logger.warn('taken down: it has no record', { id });
  return failures;
};

/** Times that clients were told: what is told from now on comes after them, although the host's clock may have been set back. */
const timesGiven = (ctx: Context): readonly bigint[] => [
  ...ctx.sandboxes.all().map(({ createdAt }) => createdAt),
  ...ctx.containers.all().flatMap(({ createdAt, state }) => {
    if (state.kind === 'running') return [createdAt, state.startedAt];
    return state.kind === 'exited' ? [createdAt, state.exit.finishedAt] : [createdAt];
  }),
];

/**
 * Brings records and host together after the daemon was away: what ran still runs and is known, what ended meanwhile has its exit, what was half-made
 * or has no record is taken down, and a pod that cannot be recovered stays listed as not ready.
 */
export const recover = async (ctx: Context): Promise<RecoveryReport> => {
  for (const time of timesGiven(ctx)) ctx.clock.advanceTo(time);
  const unknown = await ctx.host.leftovers((id) => ctx.sandboxes.get(id) !== undefined);
  const leftovers = new Map(unknown.map((leftover) => [leftover.id, leftover]));
  const recovery: Recovery = { ctx, signal: AbortSignal.timeout(DEADLINE_MS), takenDown: 0 };
  const notAdopted = await adoptLost(recovery, leftovers);
  const strays = await findStrays(ctx, leftovers.values());
  const failures = [
    ...notAdopted,
    ...(await forEach(ctx.containers.all(), (container) => recoverContainer(recovery, container))),
    ...(await forEach(ctx.sandboxes.all(), (sandbox) => recoverSandbox(recovery, sandbox))),
    ...(await takeDownStrays(recovery, strays)),
  ];
  const { takenDown } = recovery;
  return { sandboxes: ctx.sandboxes.all().length, containers: ctx.containers.all().length, takenDown, failures };
};
