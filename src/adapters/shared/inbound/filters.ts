import type { ContainerFilter, SandboxFilter } from '../../../core/engine.ts';
import * as cri from '../../v1alpha2/generated/api.ts';
import { enumValue, text, textMap } from './rules.ts';

const sandboxStates: Readonly<Record<Exclude<cri.PodSandboxState, -1>, 'ready' | 'not-ready'>> = {
  [cri.PodSandboxState.SANDBOX_READY]: 'ready',
  [cri.PodSandboxState.SANDBOX_NOTREADY]: 'not-ready',
};

type ContainerStateFilter = 'created' | 'running' | 'exited' | 'unknown';

const containerStates: Readonly<Record<Exclude<cri.ContainerState, -1>, ContainerStateFilter>> = {
  [cri.ContainerState.CONTAINER_CREATED]: 'created',
  [cri.ContainerState.CONTAINER_RUNNING]: 'running',
  [cri.ContainerState.CONTAINER_EXITED]: 'exited',
  [cri.ContainerState.CONTAINER_UNKNOWN]: 'unknown',
};

const idCondition = <Key extends string>(key: Key, value: string, field: string) =>
  (value === '' ? {} : { [key]: text(value, field) }) as { readonly [K in Key]?: string };

const labelCondition = (labels: Readonly<Record<string, string>>) =>
  Object.keys(labels).length === 0 ? {} : { labels: textMap(labels, 'filter.label_selector') };

export const sandboxFilter = (message: cri.PodSandboxFilter | undefined): SandboxFilter => {
  if (message === undefined) return {};
  const { id, state, labelSelector, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    ...idCondition('id', id, 'filter.id'),
    ...(state === undefined ? {} : { state: enumValue(state.state, 'filter.state.state', sandboxStates) }),
    ...labelCondition(labelSelector),
  };
};

export const sandboxStatsFilter = (message: cri.PodSandboxStatsFilter | undefined): SandboxFilter => {
  if (message === undefined) return {};
  const { id, labelSelector, ...rest } = message;
  rest satisfies Record<string, never>;
  return { ...idCondition('id', id, 'filter.id'), ...labelCondition(labelSelector) };
};

export const containerStatsFilter = (message: cri.ContainerStatsFilter | undefined): ContainerFilter => {
  if (message === undefined) return {};
  const { id, podSandboxId, labelSelector, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    ...idCondition('id', id, 'filter.id'),
    ...idCondition('sandboxId', podSandboxId, 'filter.pod_sandbox_id'),
    ...labelCondition(labelSelector),
  };
};

export const containerFilter = (message: cri.ContainerFilter | undefined): ContainerFilter => {
  if (message === undefined) return {};
  const { state, ...others } = message;
  return {
    ...containerStatsFilter(others),
    ...(state === undefined ? {} : { state: enumValue(state.state, 'filter.state.state', containerStates) }),
  };
};
