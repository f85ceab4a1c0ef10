import type { Context } from '../core/context.ts';
import { runningChildren } from '../host/children.ts';
import type { Sample } from '../prometheus/metrics.ts';

const SANDBOX_STATES = ['creating', 'ready', 'stopped'] as const;
const CONTAINER_STATES = ['creating', 'created', 'unrunnable', 'running', 'exited'] as const;

const tally = (names: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

const ofPods = (ctx: Context): readonly Sample[] => {
  const counts = tally(ctx.sandboxes.all().map(({ state }) => state.kind));
  return SANDBOX_STATES.map((state) => ({ gauge: 'pods', labels: { state }, value: counts.get(state) ?? 0 }));
};

const ofContainers = (ctx: Context): readonly Sample[] => {
  const counts = tally(ctx.containers.all().map(({ state }) => state.kind));
  return CONTAINER_STATES.map((state) => ({ gauge: 'containers', labels: { state }, value: counts.get(state) ?? 0 }));
};

const ofOperations = (ctx: Context): readonly Sample[] =>
  [...tally(ctx.operations.list().map(({ verb }) => verb))].map(([operation, value]) => ({
    gauge: 'operationsUnderWay',
    labels: { operation },
    value,
  }));

/** All gauges at this moment. */
export const samplesOf = async (ctx: Context, version: string): Promise<readonly Sample[]> => [
  ...ofPods(ctx),
  ...ofContainers(ctx),
  ...ofOperations(ctx),
  { gauge: 'pullsUnderWay', labels: {}, value: (await ctx.images.pulls()).length },
  { gauge: 'eventSubscribers', labels: {}, value: ctx.events.subscribers },
  { gauge: 'streamSessions', labels: {}, value: ctx.streams.sessions() },
  { gauge: 'processes', labels: {}, value: runningChildren() },
  { gauge: 'buildInfo', labels: { version }, value: 1 },
];
