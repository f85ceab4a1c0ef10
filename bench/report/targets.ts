/** What Janus with runc has to reach. Lower is better everywhere. */
export interface Target {
  /** Name of the figure. */
  readonly figure: string;
  readonly most: number;
  /** What may be at most that: the ratio to containerd, the ratio to the bare tools, or the figure itself in milliseconds. */
  readonly of: 'ratio' | 'floor' | 'ms';
}

const ratios: Readonly<Record<string, number>> = {
  'pod up': 0.5,
  'pod down': 0.55,
  'pod up, 10 at a time': 0.6,
  'pod down, 10 at a time': 0.6,
  '100 crictl run at once': 0.5,
  'memory per pod, 100 pods': 0.2,
  'the engine with its pods, 100 pods': 1.2,
  'ListPodSandbox, 500 pods': 1,
  'ListPodSandbox p99, 500 pods': 1,
  'ListPodSandbox as bytes, 500 pods': 1,
  'ListPodSandbox as bytes p99, 500 pods': 1,
  'ListContainers, 500 pods': 1,
  'ListContainers p99, 500 pods': 1,
  'ListContainers as bytes, 500 pods': 1,
  'ListContainers as bytes p99, 500 pods': 1,
  'Version, 100 pods': 2,
  'PodSandboxStatus, 100 pods': 2,
  'ContainerStatus, 100 pods': 2,
  'ListContainerStats, 100 pods': 0.2,
  'processor time of 60 s polling, 100 pods': 1,
  'ExecSync p50': 0.7,
  'ExecSync p99': 0.7,
  'ExecSync, 20 at a time': 0.7,
  'PullImage, small': 1,
  'PullImage, 27 MB in 4 layers': 1,
  'PullImage, 300 MB in 10 layers': 1,
  'PullImage, 5 of 27 MB at once': 1,
  'start with 100 pods to recover': 1,
};

export const TARGETS: readonly Target[] = [
  ...Object.entries(ratios).map(([figure, most]): Target => ({ figure, most, of: 'ratio' })),
  { figure: 'event of a death p50', most: 10, of: 'ms' },
  { figure: 'pod up', most: 1.25, of: 'floor' },
  { figure: 'pod down', most: 1.25, of: 'floor' },
];

/** The target of a figure against containerd, or by itself. */
export const targetOf = (figure: string): Target | undefined =>
  TARGETS.find((target) => target.figure === figure && target.of !== 'floor');

/** The target of a figure against the bare tools. */
export const floorTargetOf = (figure: string): Target | undefined =>
  TARGETS.find((target) => target.figure === figure && target.of === 'floor');
