import type { Context } from '../context.ts';
import { JanusError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { newSandboxId, type SandboxId } from '../model/ids.ts';
import { type NetworkAttachment, type SandboxConfig, type SandboxRecord, sandboxName } from '../model/sandbox.ts';
import type { Progress } from '../operations.ts';
import { settleAll } from '../settle.ts';
import { forgetSandbox, moveSandbox } from '../transitions.ts';
import { type Undo, undoOnFailure } from '../undo.ts';

export interface RunPodSandboxRequest {
  readonly config: SandboxConfig;
  readonly runtimeHandler: string;
}

/** The whole of it; the kubelet gives up after four minutes and asks again, which then joins. */
const DEADLINE_MS = 5 * 60_000;

const sameRequest = (record: SandboxRecord, { config, runtimeHandler }: RunPodSandboxRequest): boolean =>
  record.runtimeHandler === runtimeHandler && fingerprint(record.config) === fingerprint(config);

/** A pod of this name that exists: the same request gets its id (the client timed out and asks again), any other one fails. */
const existing = (ctx: Context, name: string, request: RunPodSandboxRequest): SandboxId | undefined => {
  const record = ctx.sandboxes.byName(name);
  if (record === undefined || record.state.kind === 'creating') return undefined;
  if (record.state.kind === 'ready' && sameRequest(record, request)) return record.id;
  throw new JanusError('already-exists', `${name} exists as ${record.id} (${record.state.kind})`);
};

const plan = (ctx: Context, request: RunPodSandboxRequest): SandboxRecord => ({
  id: newSandboxId(),
  name: sandboxName(request.config.metadata),
  config: request.config,
  runtimeHandler: request.runtimeHandler,
  runtime: ctx.handlers.runtimeOf(request.runtimeHandler),
  cgroupDriver: ctx.cgroupDriver,
  cgroupParent: request.config.cgroupParent || ctx.cgroupParent,
  createdAt: ctx.clock.unique(),
  state: { kind: 'creating' },
});

export const runPodSandbox = async (ctx: Context, request: RunPodSandboxRequest): Promise<SandboxId> => {
  const record = plan(ctx, request);
  const known = existing(ctx, record.name, request);
  if (known !== undefined) return known;
  ctx.host.check(record);
  return ctx.sandboxJoins.join({
    name: record.name,
    id: record.id,
    fingerprint: fingerprint(request),
    run: () =>
      ctx.operations.run('RunPodSandbox', record.id, (progress) =>
        undoOnFailure(
          (undo) => build(ctx, record, { progress, undo }),
          () => forgetSandbox(ctx, record.id),
        ),
      ),
  });
};

interface Building {
  readonly progress: Progress;
  readonly undo: Undo;
}

/** Not bound to the client's patience: what was begun goes on to a good end or is taken back. */
const build = async (ctx: Context, record: SandboxRecord, { progress, undo }: Building): Promise<SandboxId> => {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  // A SIGKILL of the daemon leaves effects with a record from the first one on; a power cut leaves no effects, so the sync runs beside the work.
  await ctx.sandboxes.put(record, { durable: false });
  const intent = ctx.sandboxes.put(record, { durable: true });
  intent.catch(() => undefined);
  await progress.stage('namespaces');
  undo.add(() => ctx.host.remove(record));
  undo.add((options) => ctx.host.stop(record, options));
  const paths = await ctx.host.prepare(record, { signal });
  await progress.stage('network');
  const [networks, process] = await settleAll([
    attach(ctx, record, { netns: paths.netns, undo, signal }),
    ctx.host.startProcess(record, { signal }),
  ]);
  await progress.stage('hosts');
  await ctx.host.writeHosts(
    record,
    networks.flatMap(({ ips }) => ips),
  );
  await intent;
  await progress.stage('commit');
  await moveSandbox(ctx, record, { kind: 'ready', networks, process });
  return record.id;
};

const attach = async (
  ctx: Context,
  record: SandboxRecord,
  { netns, undo, signal }: { netns: string | undefined; undo: Undo; signal: AbortSignal },
): Promise<readonly NetworkAttachment[]> => {
  if (netns === undefined) return [];
  undo.add((options) => ctx.network.detach(record, netns, options));
  return ctx.network.attach(record, netns, { signal });
};
