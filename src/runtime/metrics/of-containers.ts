import type { ContainerRecord } from '../../core/model/container.ts';
import type { LinuxResources } from '../../core/model/resources.ts';
import { gauge, NANOSECONDS, type Point, type Source, type Sources, seconds } from './source.ts';

/** What the container was made with, and since when it runs. */
export const OF_RECORD: Sources<ContainerRecord> = {
  container_start_time_seconds: gauge('When it was started, in seconds since the epoch.', ({ state }) =>
    state.kind === 'running' ? seconds(state.startedAt, NANOSECONDS) : undefined,
  ),
  container_spec_cpu_period: limit('Period of the processor quota, in microseconds.', ({ cpuPeriod }) => cpuPeriod),
  container_spec_cpu_quota: limit('Processor quota in each period, in microseconds.', ({ cpuQuota }) => cpuQuota),
  container_spec_cpu_shares: limit('Share of the processors.', ({ cpuShares }) => cpuShares),
  container_spec_memory_limit_bytes: gauge('Memory limit in bytes; 0 is none.', ({ resources }) =>
    BigInt(Math.max(0, resources?.memoryLimitInBytes ?? 0)),
  ),
  container_spec_memory_swap_limit_bytes: gauge('Limit of memory and swap, in bytes; 0 is none.', ({ resources }) =>
    BigInt(Math.max(0, resources?.memorySwapLimitInBytes ?? 0)),
  ),
  container_spec_memory_reservation_limit_bytes: gauge('Memory reserved, in bytes: CRI has no such setting.', () => 0n),
};

/** One that is not set, or means "unlimited", is left out. */
function limit(help: string, figure: (resources: LinuxResources) => number): Source<ContainerRecord> {
  return gauge(help, ({ resources }) => {
    const value = resources === undefined ? 0 : figure(resources);
    return value > 0 ? BigInt(value) : undefined;
  });
}

/** A file system that holds writable layers, and what one of them takes there. */
export interface LayerFigures {
  readonly device: string;
  readonly usedBytes: bigint | undefined;
  readonly limitBytes: bigint;
  readonly inodes: bigint;
  readonly inodesFree: bigint;
}

const ofLayer = (help: string, figure: (layer: LayerFigures) => bigint | undefined): Source<LayerFigures> => ({
  help,
  kind: 'gauge',
  labels: ['device'],
  points: (layer) => {
    const value = figure(layer);
    return value === undefined ? [] : [[value, layer.device]];
  },
});

export const OF_LAYER: Sources<LayerFigures> = {
  container_fs_usage_bytes: ofLayer('Bytes that the writable layer takes.', ({ usedBytes }) => usedBytes),
  container_fs_limit_bytes: ofLayer('Bytes of its file system.', ({ limitBytes }) => limitBytes),
  container_fs_inodes_total: ofLayer('Inodes of its file system.', ({ inodes }) => inodes),
  container_fs_inodes_free: ofLayer('Inodes of its file system that are free.', ({ inodesFree }) => inodesFree),
};

export interface ProcessFigures {
  readonly processes: bigint;
  readonly descriptors: bigint;
  readonly sockets: bigint;
  /** Of the main process; undefined: it is gone. */
  readonly maxOpenFiles: bigint | undefined;
}

export const OF_PROCESSES: Sources<ProcessFigures> = {
  container_processes: gauge('Processes of the container.', ({ processes }) => processes),
  container_file_descriptors: gauge('Open file descriptors.', ({ descriptors }) => descriptors),
  container_sockets: gauge('Open sockets.', ({ sockets }) => sockets),
  container_ulimits_soft: {
    help: 'Soft limits of the main process.',
    kind: 'gauge',
    labels: ['ulimit'],
    points: ({ maxOpenFiles }): readonly Point[] =>
      maxOpenFiles === undefined ? [] : [[maxOpenFiles, 'max_open_files']],
  },
};
