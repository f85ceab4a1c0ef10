import type { ContainerRecord } from './model/container.ts';
import type { ProcessIdentity } from './model/sandbox.ts';

/** The main process of a container that has one. */
export const processOf = ({ state }: ContainerRecord): ProcessIdentity | undefined =>
  state.kind === 'created' || state.kind === 'running' ? state.process : undefined;
