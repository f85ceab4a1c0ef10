import type { Context } from './context.ts';
import type { ContainerExit, ContainerRecord, ContainerState } from './model/container.ts';
import { isListed } from './model/container.ts';
import type { ContainerId, SandboxId } from './model/ids.ts';
import type { PodEventKind } from './model/pod-event.ts';
import { isListed as isListedSandbox, type SandboxRecord, type SandboxState } from './model/sandbox.ts';

/** Containers of a pod that clients see, in order of creation. */
export const containersOf = (ctx: Context, id: SandboxId): readonly ContainerRecord[] =>
  ctx.containers.inGroup(id).filter(isListed);

/** Tells subscribers; the view is built only if there are any. */
export const announce = (
  ctx: Context,
  kind: PodEventKind,
  subject: { id: ContainerId | SandboxId; sandbox: SandboxRecord },
): void => {
  ctx.meter.event(kind);
  if (ctx.events.subscribers === 0) return;
  const { id, sandbox } = subject;
  ctx.events.publish({ kind, id, sandbox, containers: containersOf(ctx, sandbox.id), timestamp: ctx.clock.unique() });
};

/** Which states may follow a state: the diagrams of model/sandbox.ts and model/container.ts. */
const SANDBOX_NEXT: Readonly<Record<SandboxState['kind'], readonly SandboxState['kind'][]>> = {
  creating: ['ready'],
  ready: ['ready', 'stopped'],
  stopped: ['stopped'],
};
const CONTAINER_NEXT: Readonly<Record<ContainerState['kind'], readonly ContainerState['kind'][]>> = {
  creating: ['created', 'unrunnable'],
  unrunnable: ['exited'],
  created: ['running', 'exited'],
  running: ['running', 'exited'],
  exited: [],
};

/** Deletes the record of what could not be made. If it was to be seen for a moment, its end is told as well. */
export const forgetSandbox = async (ctx: Context, id: SandboxId): Promise<void> => {
  const sandbox = ctx.sandboxes.get(id);
  await ctx.sandboxes.delete(id);
  if (sandbox !== undefined && isListedSandbox(sandbox)) announce(ctx, 'deleted', { id, sandbox });
};

/** As forgetSandbox. */
export const forgetContainer = async (ctx: Context, { id, sandboxId }: ContainerRecord): Promise<void> => {
  const container = ctx.containers.get(id);
  const sandbox = ctx.sandboxes.get(sandboxId);
  await ctx.containers.delete(id);
  if (container !== undefined && isListed(container) && sandbox !== undefined)
    announce(ctx, 'deleted', { id, sandbox });
};

/** The one place where a sandbox changes its state. */
export const moveSandbox = async (
  ctx: Context,
  sandbox: SandboxRecord,
  state: SandboxState,
): Promise<SandboxRecord> => {
  const from = sandbox.state.kind;
  if (!SANDBOX_NEXT[from].includes(state.kind)) throw new Error(`a sandbox cannot go from ${from} to ${state.kind}`);
  const next: SandboxRecord = { ...sandbox, state };
  const kept = ctx.sandboxes.put(next, { durable: state.kind === 'ready' });
  if (from === 'creating') announce(ctx, 'created', { id: next.id, sandbox: next });
  if (from === 'creating') announce(ctx, 'started', { id: next.id, sandbox: next });
  if (from === 'ready' && state.kind === 'stopped') announce(ctx, 'stopped', { id: next.id, sandbox: next });
  if (state.kind === 'stopped') ctx.waiters.notify(next.id);
  await kept;
  return next;
};

const EVENT_OF: Readonly<Record<ContainerState['kind'], PodEventKind | undefined>> = {
  creating: undefined,
  created: 'created',
  unrunnable: 'created',
  running: 'started',
  exited: 'stopped',
};

/** The one place where a container changes its state. `changes` are facts that come with it. */
export const moveContainer = async (
  ctx: Context,
  container: ContainerRecord,
  changes: Pick<ContainerRecord, 'state'> & Partial<Pick<ContainerRecord, 'user'>>,
): Promise<ContainerRecord> => {
  const from = container.state.kind;
  const { state } = changes;
  if (!CONTAINER_NEXT[from].includes(state.kind))
    throw new Error(`a container cannot go from ${from} to ${state.kind}`);
  const next: ContainerRecord = { ...container, ...changes };
  const kept = ctx.containers.put(next, { durable: from === 'creating' });
  const sandbox = ctx.sandboxes.get(next.sandboxId);
  const event = EVENT_OF[state.kind];
  if (event !== undefined && from !== state.kind && sandbox !== undefined)
    announce(ctx, event, { id: next.id, sandbox });
  await kept;
  return next;
};

/**
 * Ends a container in the records, once: an exit may be told several times. It never ends before it started, whatever the clocks say that the times
 * were read from.
 */
export const endContainer = async (ctx: Context, id: ContainerId, exit: ContainerExit): Promise<void> => {
  const container = ctx.containers.get(id);
  if (container === undefined) return;
  const { state } = container;
  if (state.kind === 'creating' || state.kind === 'exited') return;
  const startedAt = state.kind === 'running' ? state.startedAt : 0n;
  const finishedAt = exit.finishedAt < startedAt ? startedAt : exit.finishedAt;
  try {
    if (exit.reason === 'OOMKilled') ctx.meter.outOfMemory();
    await moveContainer(ctx, container, { state: { kind: 'exited', startedAt, exit: { ...exit, finishedAt } } });
  } finally {
    ctx.waiters.notify(id);
  }
};
