import { IMAGE } from '../../support/bed.ts';

/** Of the Kubernetes API what these tests write and read. */
type Json = Readonly<Record<string, unknown>>;

export interface ContainerState {
  readonly running?: { readonly startedAt: string };
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly terminated?: { readonly exitCode: number; readonly reason: string; readonly containerID: string };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly containerID?: string;
  readonly imageID: string;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
}

export interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: Json;
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly hostIP?: string;
    readonly qosClass?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface Manifest {
  readonly metadata: Json & { readonly name: string };
  readonly spec: Json;
}

/** A container that runs a script of the shell, with the bed's image. */
export const container = (name: string, script: string, more: Json = {}): Json & { readonly name: string } => ({
  name,
  image: IMAGE,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
  ...more,
});

/** Sleeps, and ends at once when it is told to. */
export const SLEEP = 'trap "exit 0" TERM; sleep 1000000 & wait';

export const pod = (name: string, containers: readonly Json[], spec: Json = {}): Manifest => ({
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: { enableServiceLinks: false, terminationGracePeriodSeconds: 2, containers, ...spec },
});

/** The bare id out of `janus://ID`. */
export const idOf = ({ containerID = '' }: ContainerStatus): string => containerID.replace(/^.*:\/\//, '');

export const statusOf = ({ status }: Pod, name: string): ContainerStatus => {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const found = all.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no status of the container ${name} yet`);
  return found;
};

/** All of its containers run and are ready. */
export const isReady = ({ status, spec }: Pod): boolean => {
  const statuses = status.containerStatuses ?? [];
  const all = (spec['containers'] as readonly unknown[]).length;
  return status.phase === 'Running' && statuses.length === all && statuses.every(({ ready }) => ready);
};
