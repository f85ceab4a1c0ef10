import type { Context } from '../context.ts';
import type { SandboxRecord } from '../model/sandbox.ts';
import { settleAll } from '../settle.ts';
import type { Stage, StageOf } from '../stages.ts';
import { takeDownHost } from '../take-down.ts';
import { containersOf, moveSandbox } from '../transitions.ts';
import { stopAlive } from './stop-container.ts';

const DEADLINE_MS = 2 * 60_000;

/** Idempotent: a pod that is stopped, or does not exist, is no error (CRI, StopPodSandbox). */
export const stopPodSandbox = async (ctx: Context, id: string): Promise<void> => {
  const found = ctx.sandboxes.find(id);
  if (found === undefined || found.state.kind === 'creating') return;
  await ctx.operations.run('StopPodSandbox', found.id, async (progress) => {
    using _lock = await ctx.locks.acquire(found.id);
    const sandbox = ctx.sandboxes.get(found.id);
    if (sandbox !== undefined) await stopLocked(ctx, sandbox, progress.stage);
    await progress.stage('done');
  });
};

/**
 * The caller holds the sandbox's lock. The record says `stopped` before the first effect: a crash half-way leaves a pod which is not ready and
 * whose teardown goes on with the next stop.
 */
export const stopLocked = async (
  ctx: Context,
  sandbox: SandboxRecord,
  stage: Stage<Exclude<StageOf<'StopPodSandbox'>, 'done'>>,
): Promise<SandboxRecord> => {
  await stage('intent');
  const stopping = await markStopped(ctx, sandbox, '');
  if (stopping.state.kind !== 'stopped' || !stopping.state.teardownPending) return stopping;
  const signal = AbortSignal.timeout(DEADLINE_MS);
  await stage('containers');
  await settleAll(containersOf(ctx, sandbox.id).map((container) => stopAlive(ctx, container.id, { graceSeconds: 0 })));
  await stage('network');
  await takeDownHost(ctx, sandbox, { signal, stage });
  await stage('commit');
  return moveSandbox(ctx, stopping, { ...stopping.state, teardownPending: false });
};

/** What was ready becomes stopped, with its teardown still to do. */
export const markStopped = async (ctx: Context, sandbox: SandboxRecord, reason: string): Promise<SandboxRecord> =>
  sandbox.state.kind === 'ready'
    ? moveSandbox(ctx, sandbox, { kind: 'stopped', teardownPending: true, networks: sandbox.state.networks, reason })
    : sandbox;
