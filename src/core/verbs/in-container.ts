import type { Context } from '../context.ts';
import type { Call } from '../engine.ts';
import { JanusError } from '../errors.ts';
import { refOf } from '../exits.ts';
import type { LinuxResources } from '../model/resources.ts';
import type { ContainerRef, ExecSyncResult } from '../ports/container-runtime.ts';

const requireRef = (ctx: Context, id: string): ContainerRef => {
  const { id: containerId } = ctx.containers.require(id);
  const ref = refOf(ctx, containerId);
  if (ref === undefined) throw new JanusError('internal', `container ${containerId} has no sandbox`);
  return ref;
};

export const requireRunning = (ctx: Context, id: string): ContainerRef => {
  const ref = requireRef(ctx, id);
  const { kind } = ref.container.state;
  if (kind !== 'running')
    throw new JanusError('failed-precondition', `container ${ref.container.id} is ${kind}, not running`);
  return ref;
};

export interface ExecSyncRequest {
  readonly containerId: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
}

/** A client that gives up ends the command: nobody is there for its result. */
export const execSync = async (ctx: Context, request: ExecSyncRequest, { signal }: Call): Promise<ExecSyncResult> => {
  const ref = requireRunning(ctx, request.containerId);
  return ctx.runtime.execSync(ref, request.command, { timeoutSeconds: request.timeoutSeconds, signal });
};

const LOG_DEADLINE_MS = 10_000;

export const reopenContainerLog = async (ctx: Context, id: string): Promise<void> => {
  const ref = requireRunning(ctx, id);
  if (ref.container.logPath === '') return;
  using _lock = await ctx.locks.acquire(`${ref.container.id} log`);
  await ctx.runtime.reopenLog(ref, { signal: AbortSignal.timeout(LOG_DEADLINE_MS) });
};

const UPDATE_DEADLINE_MS = 60_000;

/** A value that is not set keeps what is in force (CRI, UpdateContainerResources). */
const merged = (current: LinuxResources | undefined, update: LinuxResources): LinuxResources => {
  if (current === undefined) return update;
  const isSet = (value: LinuxResources[keyof LinuxResources]): boolean =>
    typeof value === 'object' ? Object.keys(value).length > 0 : value !== 0 && value !== '';
  // A new memory limit alone sets the swap limit to the same: the old one could be below it.
  const swap = update.memoryLimitInBytes === 0 ? {} : { memorySwapLimitInBytes: 0 };
  return {
    ...current,
    ...swap,
    ...Object.fromEntries(
      Object.entries(update).filter(([, value]) => isSet(value as LinuxResources[keyof LinuxResources])),
    ),
    unified: { ...current.unified, ...update.unified },
  };
};

/** OCI runtimes do not change them, or not all of them do; a client that sends what is in force asks for nothing. */
const refuseHugepages = (current: LinuxResources | undefined, { hugepageLimits }: LinuxResources): void => {
  const inForce = new Map(current?.hugepageLimits.map(({ pageSize, limit }) => [pageSize, limit]));
  if (hugepageLimits.some(({ pageSize, limit }) => inForce.get(pageSize) !== limit))
    throw new JanusError('failed-precondition', 'linux.hugepage_limits: cannot be changed once the container is made');
};

export const updateContainerResources = async (ctx: Context, id: string, update: LinuxResources): Promise<void> => {
  const { id: containerId } = ctx.containers.require(id);
  await ctx.operations.run('UpdateContainerResources', containerId, async ({ stage }) => {
    using _lock = await ctx.locks.acquire(containerId);
    const ref = requireRef(ctx, containerId);
    const { kind } = ref.container.state;
    if (kind !== 'created' && kind !== 'running')
      throw new JanusError(
        'failed-precondition',
        `container ${containerId} is ${kind}: its resources cannot be changed`,
      );
    refuseHugepages(ref.container.resources, update);
    const resources = merged(ref.container.resources, update);
    await stage('update');
    await ctx.runtime.update(ref, update, { signal: AbortSignal.timeout(UPDATE_DEADLINE_MS) });
    await stage('commit');
    await ctx.containers.put({ ...(ctx.containers.get(containerId) ?? ref.container), resources }, { durable: false });
    await stage('done');
  });
};
