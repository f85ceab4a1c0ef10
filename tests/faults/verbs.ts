import { join } from 'node:path';
import type { StageOf, Verb } from '../../src/core/stages.ts';
import type { AnyClient } from '../contract/support/world.ts';
import { logged } from '../support/logged.ts';
import { containerConfig, POD, podConfig } from '../support/requests.ts';
import type { FaultWorld } from './world.ts';

type Options = { readonly deadline?: number };
type PodConfig = ReturnType<typeof podConfig>;

/** What a verb works on: its own pod, with at most one container, and an image that is its own. */
export interface Subject {
  readonly config: PodConfig;
  readonly podSandboxId: string;
  readonly containerId: string;
  readonly image: string;
}

/** What clients see of the subject. */
export type Sight = 'absent' | 'ready' | 'not-ready' | 'created' | 'running' | 'exited' | 'present';

export interface FaultyVerb<V extends Verb> {
  prepare(world: FaultWorld, client: AnyClient): Promise<Subject>;
  call(client: AnyClient, subject: Subject, options?: Options): Promise<unknown>;
  /** The same name with another content, where there is such a thing. */
  conflict?(client: AnyClient, subject: Subject): Promise<unknown>;
  look(client: AnyClient, subject: Subject): Promise<Sight>;
  /** What has to be seen after a fault in a stage. */
  after(stage: StageOf<V>, fault: 'kill' | 'error'): Sight;
  /** What has to be seen when all is done, and that the same request again leads to. */
  readonly done: Sight;
}

const CONTAINER_STATES: readonly Sight[] = ['created', 'running', 'exited'];

const lookAtPod = async ({ runtime }: AnyClient, { config }: Subject): Promise<Sight> => {
  const { items } = await runtime.listPodSandbox({});
  const pods = items.filter(({ metadata }) => metadata?.uid === config.metadata?.uid);
  if (pods.length > 1) throw new Error(`${pods.length} pods of one name`);
  if (pods[0] === undefined) return 'absent';
  return pods[0].state === 0 ? 'ready' : 'not-ready';
};

const lookAtContainer = async ({ runtime }: AnyClient, { podSandboxId }: Subject): Promise<Sight> => {
  const { containers } = await runtime.listContainers({ filter: { podSandboxId } });
  if (containers.length > 1) throw new Error(`${containers.length} containers of one name`);
  return containers[0] === undefined ? 'absent' : (CONTAINER_STATES[containers[0].state] ?? 'absent');
};

const lookAtImage = async ({ images }: AnyClient, { image }: Subject): Promise<Sight> => {
  const { image: found } = await images.imageStatus({ image: { image } });
  return found === undefined ? 'absent' : 'present';
};

/** Takes no notice of the stop signal from its word on, so that every stage of a stop is met. */
const WORD = 'stubborn';
const STUBBORN = { command: ['sh', '-c', `trap "" TERM; echo ${WORD}; while true; do sleep 0.1; done`] };
const named = (config: PodConfig) =>
  containerConfig('main', { ...STUBBORN, labels: { pod: config.metadata?.uid ?? '' }, linux: namespacesOf(config) });

const namespacesOf = ({ linux }: PodConfig) => ({
  securityContext: { namespaceOptions: linux?.securityContext?.namespaceOptions },
});

/** Half of the pods, those made over v1alpha2, share their PID namespace: their process is its init. */
const SHARED = { linux: { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: POD } } } };

const nothing = async ({ bed, registry }: FaultWorld, { version }: AnyClient): Promise<Subject> => ({
  config: podConfig(bed, version === 'v1alpha2' ? SHARED : {}),
  podSandboxId: '',
  containerId: '',
  image: registry.image,
});

const withPod = async (world: FaultWorld, client: AnyClient): Promise<Subject> => {
  const subject = await nothing(world, client);
  const { podSandboxId } = await client.runtime.runPodSandbox({ config: subject.config });
  return { ...subject, podSandboxId };
};

const withContainer = async (world: FaultWorld, client: AnyClient): Promise<Subject> => {
  const subject = await withPod(world, client);
  const { podSandboxId, config } = subject;
  const { containerId } = await client.runtime.createContainer({
    podSandboxId,
    config: named(config),
    sandboxConfig: config,
  });
  return { ...subject, containerId };
};

const withRunning = async (world: FaultWorld, client: AnyClient): Promise<Subject> => {
  const subject = await withContainer(world, client);
  await client.runtime.startContainer({ containerId: subject.containerId });
  await logged(join(subject.config.logDirectory, 'main.log'), WORD);
  return subject;
};

const withImage = async (world: FaultWorld, client: AnyClient): Promise<Subject> => {
  const subject = await nothing(world, client);
  await client.images.pullImage({ image: { image: subject.image } });
  return subject;
};

const RUNNING_UNTIL = { running: ['start', 'stop', 'signal', 'wait', 'kill'] as readonly string[] };

/** Every verb that makes something or takes it away. */
export const verbs: {
  readonly [V in Exclude<Verb, 'UpdateContainerResources' | 'CheckpointContainer'>]: FaultyVerb<V>;
} = {
  RunPodSandbox: {
    prepare: nothing,
    call: ({ runtime }, { config }, options) => runtime.runPodSandbox({ config }, options),
    conflict: ({ runtime }, { config }) => runtime.runPodSandbox({ config: { ...config, hostname: 'another' } }),
    look: lookAtPod,
    after: (stage) => (stage === 'done' ? 'ready' : 'absent'),
    done: 'ready',
  },
  StopPodSandbox: {
    prepare: withRunning,
    call: ({ runtime }, { podSandboxId }, options) => runtime.stopPodSandbox({ podSandboxId }, options),
    look: lookAtPod,
    after: (stage) => (stage === 'intent' ? 'ready' : 'not-ready'),
    done: 'not-ready',
  },
  RemovePodSandbox: {
    prepare: withRunning,
    call: ({ runtime }, { podSandboxId }, options) => runtime.removePodSandbox({ podSandboxId }, options),
    look: lookAtPod,
    after: (stage) => {
      if (stage === 'intent') return 'ready';
      return stage === 'done' ? 'absent' : 'not-ready';
    },
    done: 'absent',
  },
  CreateContainer: {
    prepare: withPod,
    call: ({ runtime }, { podSandboxId, config }, options) =>
      runtime.createContainer({ podSandboxId, config: named(config), sandboxConfig: config }, options),
    conflict: ({ runtime }, { podSandboxId, config }) =>
      runtime.createContainer({ podSandboxId, config: { ...named(config), tty: true }, sandboxConfig: config }),
    look: lookAtContainer,
    after: (stage) => (stage === 'done' ? 'created' : 'absent'),
    done: 'created',
  },
  StartContainer: {
    prepare: withContainer,
    call: ({ runtime }, { containerId }, options) => runtime.startContainer({ containerId }, options),
    look: lookAtContainer,
    after: (stage, fault) => {
      if (stage === 'start') return 'created';
      // What cannot be recorded as running is ended.
      return stage === 'commit' && fault === 'error' ? 'exited' : 'running';
    },
    done: 'running',
  },
  StopContainer: {
    prepare: withRunning,
    call: ({ runtime }, { containerId }, options) => runtime.stopContainer({ containerId, timeout: 1n }, options),
    look: lookAtContainer,
    after: (stage) => (RUNNING_UNTIL.running.includes(stage) ? 'running' : 'exited'),
    done: 'exited',
  },
  RemoveContainer: {
    prepare: withRunning,
    call: ({ runtime }, { containerId }, options) => runtime.removeContainer({ containerId }, options),
    look: lookAtContainer,
    after: (stage) => {
      if (stage === 'stop') return 'running';
      return stage === 'done' ? 'absent' : 'exited';
    },
    done: 'absent',
  },
  PullImage: {
    prepare: nothing,
    call: ({ images }, { image }, options) => images.pullImage({ image: { image } }, options),
    look: lookAtImage,
    after: (stage) => (stage === 'copied' || stage === 'done' ? 'present' : 'absent'),
    done: 'present',
  },
  RemoveImage: {
    prepare: withImage,
    call: ({ images }, { image }, options) => images.removeImage({ image: { image } }, options),
    look: lookAtImage,
    after: (stage) => (stage === 'done' ? 'absent' : 'present'),
    done: 'absent',
  },
};
