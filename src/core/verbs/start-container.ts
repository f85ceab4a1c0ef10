import type { Context } from '../context.ts';
import { invalidArgument, JanusError, messageOf, withCleanupFailures } from '../errors.ts';
import { refOf, unrunnableExit } from '../exits.ts';
import type { CommandFault } from '../model/container.ts';
import type { ContainerId } from '../model/ids.ts';
import type { Progress } from '../operations.ts';
import type { ContainerRef } from '../ports/container-runtime.ts';
import type { StageOf } from '../stages.ts';
import { endContainer, moveContainer } from '../transitions.ts';

const DEADLINE_MS = 2 * 60_000;
/** Exit code of a container whose process could not be started, as other engines give it. */
const CANNOT_RUN = 128;

/** A container that runs already is no error: a client that timed out asks again. One that has ended cannot be started again. */
export const startContainer = async (ctx: Context, id: string): Promise<void> => {
  const { id: containerId } = ctx.containers.require(id);
  await ctx.operations.run('StartContainer', containerId, async (progress) => {
    using _lock = await ctx.locks.acquire(containerId);
    const ref = refOf(ctx, containerId);
    if (ref === undefined) throw new JanusError('not-found', `container ${containerId} does not exist`);
    const { state } = ref.container;
    if (state.kind === 'running') return;
    if (state.kind !== 'created' && state.kind !== 'unrunnable')
      throw new JanusError('failed-precondition', `container ${containerId} is ${state.kind} and cannot be started`);
    if (ref.sandbox.state.kind !== 'ready')
      throw new JanusError('failed-precondition', `sandbox ${ref.sandbox.id} is not ready`);
    if (state.kind === 'unrunnable') throw await endUnrunnable(ctx, containerId, state.fault);
    await progress.stage('start');
    await known(ctx, containerId, startCreated(ctx, ref, progress));
    await progress.stage('done');
  });
};

/** Ends it, and returns what the client is told. */
const endUnrunnable = async (ctx: Context, id: ContainerId, fault: CommandFault): Promise<JanusError> => {
  await endContainer(ctx, id, unrunnableExit(fault, ctx.clock.unique()));
  return invalidArgument('config.command', `cannot be run: ${fault.message}`);
};

/** An exit that is told while the start is under way waits for it: then the start time, or why there was no start, is recorded first. */
const known = async (ctx: Context, id: ContainerId, start: Promise<void>): Promise<void> => {
  const settled = start.catch(() => undefined);
  ctx.starting.set(id, settled);
  try {
    await start;
  } finally {
    ctx.starting.delete(id);
  }
};

/** A runtime that a daemon which was killed had told to start may do so later than the next one looks: what runs then is no failure. */
const runtimeStart = async (ctx: Context, ref: ContainerRef): Promise<void> => {
  try {
    await ctx.runtime.start(ref, { signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch (error) {
    const { kind } = await ctx.runtime.inspect(ref).catch(() => ({ kind: 'absent' }));
    if (kind !== 'running') throw error;
  }
};

const startCreated = async (
  ctx: Context,
  ref: ContainerRef,
  progress: Progress<StageOf<'StartContainer'>>,
): Promise<void> => {
  const startedAt = ctx.clock.unique();
  try {
    await runtimeStart(ctx, ref);
    await progress.stage('commit');
  } catch (error) {
    throw await cannotRun(ctx, ref, error);
  }
  const { container } = refOf(ctx, ref.container.id) ?? ref;
  // A stop that gave up on the monitor has recorded an end.
  if (container.state.kind !== 'created') return;
  await moveContainer(ctx, container, { state: { kind: 'running', process: container.state.process, startedAt } });
};

/** Ends what could not be started, and returns the failure to throw. */
const cannotRun = async (ctx: Context, ref: ContainerRef, failure: unknown): Promise<unknown> => {
  const failures: unknown[] = [];
  const exit = {
    exitCode: CANNOT_RUN,
    finishedAt: ctx.clock.unique(),
    reason: 'ContainerCannotRun',
    message: messageOf(failure),
  };
  await ctx.runtime.kill(ref, 'SIGKILL').catch((error: unknown) => failures.push(error));
  await endContainer(ctx, ref.container.id, exit).catch((error: unknown) => failures.push(error));
  return withCleanupFailures(failure, failures);
};
