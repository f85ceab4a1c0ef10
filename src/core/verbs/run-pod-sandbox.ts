import type { Context } from '../context.ts';
import { JanusError } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { newSandboxId, type SandboxId } from '../model/ids.ts';
import {
  type NetworkAttachment,
  type ProcessIdentity,
  type SandboxConfig,
  type SandboxRecord,
  sandboxName,
} from '../model/sandbox.ts';
import type { Progress } from '../operations.ts';
import { settleAll } from '../settle.ts';
import type { Stage, StageOf } from '../stages.ts';
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
      ctx.operations.run('RunPodSandbox', record.id, async (progress) => {
        await undoOnFailure(
          (undo) => build(ctx, record, { progress, undo }),
          () => forgetSandbox(ctx, record.id),
        );
        await progress.stage('done');
        return record.id;
      }),
  });
};

interface Building {
  readonly progress: Progress<StageOf<'RunPodSandbox'>>;
  readonly undo: Undo;
}

/** Not bound to the client's patience: what was begun goes on to a good end or is taken back. */
const build = async (ctx: Context, record: SandboxRecord, { progress, undo }: Building): Promise<void> => {
  const options = { signal: AbortSignal.timeout(DEADLINE_MS), stage: progress.stage };
  await progress.stage('intent');
  // A SIGKILL of the daemon leaves effects with a record from the first one on; a power cut leaves no effects, so the sync runs beside the work.
  await ctx.sandboxes.put(record, { durable: false });
  const intent = ctx.sandboxes.sync(record.id);
  intent.catch(() => undefined);
  undo.add(() => ctx.host.remove(record));
  undo.add((fresh) => ctx.host.release(record, fresh));
  undo.add((fresh) => ctx.host.endProcess(record, fresh));
  const paths = await ctx.host.prepare(record, options);
  await progress.stage('network');
  const [networks, process] = await attachAndStart(ctx, record, { ...options, netns: paths.netns, undo });
  await progress.stage('hosts');
  await ctx.host.writeHosts(
    record,
    networks.flatMap(({ ips }) => ips),
  );
  await intent;
  await progress.stage('commit');
  await moveSandbox(ctx, record, { kind: 'ready', networks, process });
};

interface Attaching {
  readonly netns: string | undefined;
  readonly undo: Undo;
  readonly signal: AbortSignal;
  readonly stage: Stage<StageOf<'RunPodSandbox'>>;
}

/**
 * The pod's process is started beside the first plugin, not before: the plan of the network would come to the disk behind all that the process's
 * cgroups wait for (a plugin began 10 ms later).
 */
const attachAndStart = (
  ctx: Context,
  record: SandboxRecord,
  options: Attaching,
): Promise<[readonly NetworkAttachment[], ProcessIdentity | undefined]> => {
  let tellAdding = (): void => undefined;
  const adding = new Promise<void>((resolve) => (tellAdding = resolve));
  const stage: Attaching['stage'] = (name) => {
    if (name === 'network-add') tellAdding();
    return options.stage(name);
  };
  const attached = attach(ctx, record, { ...options, stage });
  const started = Promise.race([attached, adding]).then(() => ctx.host.startProcess(record, options));
  return settleAll([attached, started]);
};

const attach = async (
  ctx: Context,
  record: SandboxRecord,
  { netns, undo, ...options }: Attaching,
): Promise<readonly NetworkAttachment[]> => {
  if (netns === undefined) return [];
  undo.add((fresh) => ctx.network.detach(record, netns, fresh));
  return ctx.network.attach(record, netns, options);
};
