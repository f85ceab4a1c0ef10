import { type Bed, makeBed } from '../../tests/support/bed.ts';
import { crunRuntime } from '../../tests/support/crun.ts';
import { startDaemon } from '../../tests/support/daemon.ts';
import type { Contestant } from '../contestant.ts';
import { criEngine } from './cri-engine.ts';

/** A janusd of its own, as it is built in dist/, with one of the runtimes. */
export const janus = (runtime: 'runc' | 'crun', octet: number): Promise<Contestant> => {
  const bed: Bed = makeBed(`b${runtime}`, octet, 22);
  const settings = {
    'default-runtime': runtime,
    runtimes: crunRuntime(bed),
    'log-level': 'INFO',
    'enable-pod-events': true,
    'insecure-registries': ['127.0.0.1'],
  };
  return criEngine({ name: `janus ${runtime}`, bed, start: () => startDaemon(bed, settings), records: bed.graph });
};
