import { isAbsolute, join } from 'node:path';
import type { Context } from '../context.ts';
import { invalidArgument, JanusError, notFound } from '../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import {
  type ContainerConfig,
  type ContainerRecord,
  containerName,
  type ImageSpec,
  usesImage,
} from '../model/container.ts';
import { effectiveSecurity } from '../model/effective-security.ts';
import { type ContainerId, newContainerId } from '../model/ids.ts';
import { type Image, imageName } from '../model/image.ts';
import type { SandboxRecord } from '../model/sandbox.ts';
import { signalName } from '../model/signals.ts';
import type { Progress } from '../operations.ts';
import type { ContainerRef } from '../ports/container-runtime.ts';
import { processOf } from '../process-of.ts';
import type { StageOf } from '../stages.ts';
import { forgetContainer, moveContainer } from '../transitions.ts';
import { type Undo, undoOnFailure } from '../undo.ts';
import { checkAgainstPod } from './check-container.ts';

export interface CreateContainerRequest {
  readonly sandboxId: string;
  readonly config: ContainerConfig;
}

const DEADLINE_MS = 4 * 60_000;
const DEFAULT_STOP_SIGNAL = 'SIGTERM';

/** Errors: not-found, failed-precondition when it is stopped. */
export const readySandbox = (ctx: Context, id: string): SandboxRecord => {
  const sandbox = ctx.sandboxes.require(id);
  if (sandbox.state.kind !== 'ready') throw new JanusError('failed-precondition', `sandbox ${sandbox.id} is not ready`);
  return sandbox;
};

/**
 * The namespaces that a container joins are named by the pid of the pod's process. The same process before and after: what was joined was its own, and not
 * those of a stranger that has got its pid.
 */
const requireAlive = async (ctx: Context, sandbox: SandboxRecord): Promise<void> => {
  if (await ctx.host.isAlive(sandbox)) return;
  throw new JanusError('failed-precondition', `the process of sandbox ${sandbox.id} has ended`);
};

const logPathOf = (sandbox: SandboxRecord, config: ContainerConfig): string => {
  if (config.logPath === '' || sandbox.config.logDirectory === '') return '';
  if (isAbsolute(config.logPath))
    throw invalidArgument('config.log_path', "must be relative to the pod's log_directory");
  return join(sandbox.config.logDirectory, config.logPath);
};

const imageOf = async (ctx: Context, { image: reference }: ImageSpec): Promise<Image> => {
  const image = await ctx.images.find(reference);
  if (image === undefined) throw notFound('image', reference);
  return image;
};

/** What is asked for, with the images that are there for it. */
interface Asked {
  readonly config: ContainerConfig;
  readonly image: Image;
  readonly mounted: readonly Image[];
}

const lookUp = async (ctx: Context, config: ContainerConfig): Promise<Asked> => {
  const specs = config.mounts.flatMap(({ image }) => (image === undefined ? [] : [image]));
  const [image, ...mounted] = await Promise.all([
    imageOf(ctx, config.image),
    ...specs.map((spec) => imageOf(ctx, spec)),
  ] as const);
  return { config, image, mounted };
};

const plan = (ctx: Context, sandbox: SandboxRecord, { config, image, mounted }: Asked): ContainerRecord => ({
  id: newContainerId(),
  sandboxId: sandbox.id,
  name: containerName(config.metadata, sandbox.config.metadata),
  config,
  imageId: image.id,
  mountedImageIds: mounted.map(({ id }) => id),
  imageName: imageName(image, config.image.image),
  imageRef: image.repoDigests[0] ?? image.id,
  logPath: logPathOf(sandbox, config),
  user: undefined,
  stopSignal: config.stopSignal ?? signalName(image.config.stopSignal) ?? DEFAULT_STOP_SIGNAL,
  resources: config.resources,
  createdAt: ctx.clock.unique(),
  state: { kind: 'creating' },
});

const fingerprintOf = ({ sandboxId, config }: Pick<ContainerRecord, 'sandboxId' | 'config'>): string =>
  fingerprint({ sandboxId, config });

/** A container of this name that exists: the same request gets its id while it has not run, any other one fails. */
const existing = (ctx: Context, sandbox: SandboxRecord, config: ContainerConfig): ContainerId | undefined => {
  const name = containerName(config.metadata, sandbox.config.metadata);
  const record = ctx.containers.byName(name);
  if (record === undefined || record.state.kind === 'creating') return undefined;
  const isNew = record.state.kind === 'created' || record.state.kind === 'unrunnable';
  if (isNew && fingerprintOf(record) === fingerprintOf({ sandboxId: sandbox.id, config })) return record.id;
  throw new JanusError('already-exists', `${name} exists as ${record.id} (${record.state.kind})`);
};

export const createContainer = async (ctx: Context, request: CreateContainerRequest): Promise<ContainerId> => {
  const { config } = request;
  const sandbox = readySandbox(ctx, request.sandboxId);
  checkAgainstPod(sandbox, config);
  const known = existing(ctx, sandbox, config);
  if (known !== undefined) return known;
  const asked = await lookUp(ctx, config);
  // While the image was looked up, the pod may have been stopped, or the same request answered.
  return existing(ctx, readySandbox(ctx, sandbox.id), config) ?? begin(ctx, sandbox, asked);
};

const begin = (ctx: Context, sandbox: SandboxRecord, asked: Asked): Promise<ContainerId> => {
  const record = plan(ctx, sandbox, asked);
  const { image } = asked;
  const work = async (progress: CreateProgress): Promise<ContainerId> => {
    await undoOnFailure(
      (undo) => build(ctx, { sandbox, record, image }, { progress, undo }),
      () => forgetContainer(ctx, record),
    );
    await progress.stage('done');
    return record.id;
  };
  return ctx.containerJoins.join({
    name: record.name,
    id: record.id,
    fingerprint: fingerprintOf(record),
    run: () => ctx.operations.run('CreateContainer', record.id, work),
  });
};

type CreateProgress = Progress<StageOf<'CreateContainer'>>;

interface Parts {
  readonly sandbox: SandboxRecord;
  readonly record: ContainerRecord;
  readonly image: Image;
}

const build = async (
  ctx: Context,
  { sandbox, record, image }: Parts,
  { progress, undo }: { progress: CreateProgress; undo: Undo },
): Promise<void> => {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const ref = { container: record, sandbox };
  const leaving = [...ctx.removingImages].find((id) => usesImage(record, id));
  if (leaving !== undefined) throw notFound('image', leaving);
  await progress.stage('intent');
  // Not synced: what a power cut leaves of a container is its layer, and recovery removes a layer without a record.
  await ctx.containers.put(record, { durable: false });
  undo.add((options) => ctx.runtime.remove(ref, options));
  await requireAlive(ctx, sandbox);
  const { user, ...state } = await ctx.runtime.create(
    { sandbox, container: secured(ref), image, paths: ctx.host.paths(sandbox), targetPid: targetPid(ctx, record) },
    { signal, stage: progress.stage },
  );
  await progress.stage('commit');
  await requireAlive(ctx, sandbox);
  // The pod may have been stopped meanwhile: its containers were ended then, and this one was not among them.
  readySandbox(ctx, sandbox.id);
  await moveContainer(ctx, record, { state, user });
};

/** The record keeps what was asked for; what is run has the pod's settings where the container has none. */
const secured = ({ container, sandbox }: ContainerRef): ContainerRecord => {
  const security = effectiveSecurity(container.config.security, sandbox.config.security);
  return { ...container, config: { ...container.config, security } };
};

const targetPid = (ctx: Context, { config, sandboxId }: ContainerRecord): number | undefined => {
  const { pid, targetId } = config.security.namespaces;
  if (pid !== 'target') return undefined;
  const container = ctx.containers.require(targetId);
  if (container.sandboxId !== sandboxId)
    throw invalidArgument(
      'config.linux.security_context.namespace_options.target_id',
      `${targetId} is not in the same pod`,
    );
  const target = processOf(container);
  if (target === undefined)
    throw new JanusError('failed-precondition', `container ${targetId} does not run: its PID namespace is gone`);
  return target.pid;
};
