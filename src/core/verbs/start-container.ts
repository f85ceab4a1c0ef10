import type { Context } from '../context.ts';
import { JanusError, messageOf } from '../errors.ts';
import { refOf } from '../exits.ts';
import type { ContainerRef } from '../ports/container-runtime.ts';
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
    const { kind } = ref.container.state;
    if (kind === 'running') return;
    if (kind !== 'created') throw new JanusError('failed-precondition', `container ${containerId} is ${kind} and cannot be started`);
    if (ref.sandbox.state.kind !== 'ready') throw new JanusError('failed-precondition', `sandbox ${ref.sandbox.id} is not ready`);
    await progress.stage('runtime');
    await startCreated(ctx, ref);
  });
};

const startCreated = async (ctx: Context, ref: ContainerRef): Promise<void> => {
  const { id } = ref.container;
  try {
    await ctx.runtime.start(ref, { signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch (error) {
    await ctx.runtime.kill(ref, 'SIGKILL');
    const exit = { exitCode: CANNOT_RUN, finishedAt: ctx.clock.unique(), reason: 'ContainerCannotRun', message: messageOf(error) };
    await endContainer(ctx, id, exit);
    throw error;
  }
  // It may have ended already; then its exit was recorded from `created`.
  const { container } = refOf(ctx, id) ?? ref;
  if (container.state.kind !== 'created') return;
  await moveContainer(ctx, container, { state: { kind: 'running', process: container.state.process, startedAt: ctx.clock.unique() } });
};
