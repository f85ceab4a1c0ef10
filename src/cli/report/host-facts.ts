import { readFileSync, statfsSync } from 'node:fs';
import { arch, availableParallelism, freemem, loadavg, release, totalmem, uptime } from 'node:os';
import type { Config } from '../../config/config.ts';
import { messageOf } from '../../core/errors.ts';

const tried = <T>(read: () => T): T | string => {
  try {
    return read();
  } catch (error) {
    return messageOf(error);
  }
};

const fileSystem = (path: string) => {
  const { type, bsize, blocks, bavail, files, ffree } = statfsSync(path);
  return {
    type: `0x${type.toString(16)}`,
    bytes: blocks * bsize,
    freeBytes: bavail * bsize,
    inodes: files,
    freeInodes: ffree,
  };
};

const distribution = (): string =>
  /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unnamed';

/** Facts of the machine. The kernel's command line and the environment are left out: either may hold secrets. */
export const hostFacts = ({ graph, state }: Pick<Config, 'graph' | 'state'>) => ({
  distribution: tried(distribution),
  kernel: release(),
  architecture: arch(),
  node: process.versions.node,
  processors: availableParallelism(),
  memoryBytes: totalmem(),
  freeMemoryBytes: freemem(),
  load: loadavg(),
  uptimeSeconds: Math.round(uptime()),
  pressure: tried(() => readFileSync('/proc/pressure/memory', 'utf8').trim()),
  graph: tried(() => fileSystem(graph)),
  state: tried(() => fileSystem(state)),
});
