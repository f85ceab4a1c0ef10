import type { ContainerFilter, SandboxFilter } from './engine.ts';
import { type ContainerRecord, isListed as isListedContainer } from './model/container.ts';
import { isListed as isListedSandbox, type SandboxRecord } from './model/sandbox.ts';

type Labels = Readonly<Record<string, string>>;

/** Made once for a list: of hundreds of records, each asks it. */
const withLabels = (wanted: Labels = {}): ((labels: Labels) => boolean) => {
  const entries = Object.entries(wanted);
  return (labels) => entries.every(([key, value]) => labels[key] === value);
};

/** The empty text matches everything: a filter that is not set. */
const hasPrefix = (id: string, prefix: string | undefined): boolean => prefix === undefined || id.startsWith(prefix);

const sandboxState = ({ state }: SandboxRecord): SandboxFilter['state'] =>
  state.kind === 'ready' ? 'ready' : 'not-ready';

export const filterSandboxes = (all: readonly SandboxRecord[], filter: SandboxFilter): readonly SandboxRecord[] => {
  const hasLabels = withLabels(filter.labels);
  return all.filter(
    (sandbox) =>
      isListedSandbox(sandbox) &&
      hasPrefix(sandbox.id, filter.id) &&
      (filter.state === undefined || filter.state === sandboxState(sandbox)) &&
      hasLabels(sandbox.config.labels),
  );
};

const containerState = ({ state: { kind } }: ContainerRecord): string => (kind === 'unrunnable' ? 'created' : kind);

export const filterContainers = (
  all: readonly ContainerRecord[],
  filter: ContainerFilter,
): readonly ContainerRecord[] => {
  const hasLabels = withLabels(filter.labels);
  return all.filter(
    (container) =>
      isListedContainer(container) &&
      hasPrefix(container.id, filter.id) &&
      hasPrefix(container.sandboxId, filter.sandboxId) &&
      (filter.state === undefined || filter.state === containerState(container)) &&
      hasLabels(container.config.labels),
  );
};
