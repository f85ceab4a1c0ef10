/**
 * The stages of each verb that changes something: one before each effect, and one when all is done. Operators see where a verb stands, and tests put a
 * fault into each of them, so what is in no list does not compile as a stage. Stages of parts that run side by side may come in another order.
 */
const STOP_POD = [
  'intent',
  'containers',
  'network',
  'network-del',
  'network-forget',
  'pod-cgroup',
  'namespaces',
  'commit',
] as const;
const REMOVE_CONTAINER = ['runtime', 'container-cgroup', 'rootfs', 'bundle'] as const;

export const STAGES = {
  RunPodSandbox: [
    'intent',
    'namespaces',
    'files',
    'mounts',
    'network',
    'network-add',
    'network-result',
    'process',
    'pod-cgroup',
    'hosts',
    'commit',
    'done',
  ],
  StopPodSandbox: [...STOP_POD, 'done'],
  RemovePodSandbox: [...STOP_POD, 'remove-containers', ...REMOVE_CONTAINER, 'files', 'forget', 'done'],
  CreateContainer: ['intent', 'bundle', 'rootfs', 'spec', 'monitor', 'monitored', 'commit', 'done'],
  StartContainer: ['start', 'commit', 'done'],
  StopContainer: ['signal', 'wait', 'kill', 'killed', 'done'],
  RemoveContainer: ['stop', ...REMOVE_CONTAINER, 'forget', 'done'],
  UpdateContainerResources: ['update', 'commit', 'done'],
  CheckpointContainer: ['write', 'done'],
  PullImage: ['places', 'copy', 'copied', 'done'],
  RemoveImage: ['delete', 'done'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Verb = keyof typeof STAGES;
export type StageOf<V extends Verb> = (typeof STAGES)[V][number];

/** Announces a stage. */
export type Stage<S extends string> = (name: S) => Promise<void>;

/** For work that a verb wants to know the stages of; recovery and undoing do not. */
export interface Staged<S extends string> {
  readonly signal: AbortSignal;
  readonly stage?: Stage<S> | undefined;
}
