import type { Context } from '../context.ts';
import type { ContainerFilter, PodStats, SandboxFilter } from '../engine.ts';
import { JanusError, messageOf } from '../errors.ts';
import { filterContainers, filterSandboxes } from '../filters.ts';
import type { ContainerRecord } from '../model/container.ts';
import type { SandboxRecord } from '../model/sandbox.ts';
import type { ContainerUsage } from '../ports/stats.ts';
import { containersOf } from '../transitions.ts';

export interface ContainerFigures {
  readonly container: ContainerRecord;
  readonly usage: ContainerUsage | undefined;
}

const figures = async (ctx: Context, container: ContainerRecord): Promise<ContainerFigures> => {
  const sandbox = ctx.sandboxes.get(container.sandboxId);
  const usage = sandbox === undefined ? undefined : await ctx.stats.container({ container, sandbox });
  return { container, usage };
};

/** In a list, one whose figures cannot be read must not hide the others'. */
const figuresInList = async (ctx: Context, container: ContainerRecord): Promise<ContainerFigures> => {
  try {
    return await figures(ctx, container);
  } catch (error) {
    ctx.logger.warn('the figures of a container cannot be read', { container: container.id, error: messageOf(error) });
    return { container, usage: undefined };
  }
};

const isRunning = ({ state }: ContainerRecord): boolean => state.kind === 'running';

export const containerStats = async (ctx: Context, id: string): Promise<ContainerFigures> =>
  figures(ctx, ctx.containers.require(id));

/** Containers that run: the others have no figures. */
export const listContainerStats = async (ctx: Context, filter: ContainerFilter): Promise<readonly ContainerFigures[]> =>
  Promise.all(
    filterContainers(ctx.containers.all(), { ...filter, state: 'running' }).map((container) =>
      figuresInList(ctx, container),
    ),
  );

const podFigures = async (ctx: Context, sandbox: SandboxRecord): Promise<PodStats> => {
  const [usage, containers] = await Promise.all([
    ctx.stats.sandbox(sandbox),
    Promise.all(
      containersOf(ctx, sandbox.id)
        .filter(isRunning)
        .map((container) => figuresInList(ctx, container)),
    ),
  ]);
  return { sandbox, usage, containers };
};

export const podSandboxStats = async (ctx: Context, id: string): Promise<PodStats> => {
  const sandbox = ctx.sandboxes.require(id);
  if (sandbox.state.kind !== 'ready')
    throw new JanusError('failed-precondition', `sandbox ${sandbox.id} is not ready: it has no statistics`);
  return podFigures(ctx, sandbox);
};

export const listPodSandboxStats = async (ctx: Context, filter: SandboxFilter): Promise<readonly PodStats[]> =>
  Promise.all(
    filterSandboxes(ctx.sandboxes.all(), { ...filter, state: 'ready' }).map((sandbox) => podFigures(ctx, sandbox)),
  );
