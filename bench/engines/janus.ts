import type { Bed } from '../../tests/support/bed.ts';
import { launcherWithoutUnified } from '../../tests/support/crun.ts';
import { startDaemon } from '../../tests/support/daemon.ts';
import type { Contestant } from '../contestant.ts';
import { CRUN, JANUS } from '../names.ts';
import { benchBed } from './bench-bed.ts';
import { criEngine } from './cri-engine.ts';
import { orUndo } from './or-undo.ts';

const settings = {
  'log-level': 'INFO',
  'enable-pod-events': true,
  'insecure-registries': ['127.0.0.1'],
};

const contestant = (bed: Bed, name: string, extra = {}, launcher: readonly string[] = []): Promise<Contestant> =>
  criEngine({
    name,
    bed,
    start: () => startDaemon(bed, { ...settings, ...extra }, {}, launcher),
    records: bed.graph,
  });

/** A janusd of its own, as it is built in dist/, with its own defaults. */
export const janusRunc = (octet: number): Promise<Contestant> => contestant(benchBed('brunc', octet), JANUS);

/** The same with crun, which the daemon runs without anything between. */
export const janusCrun = async (octet: number): Promise<Contestant> => {
  const bed = benchBed('bcrun', octet);
  const launcher = await orUndo(
    () => bed.dispose(),
    () => launcherWithoutUnified(bed),
  );
  const extra = { 'default-runtime': 'crun', runtimes: { crun: { path: '/usr/bin/crun' } } };
  return contestant(bed, CRUN, extra, launcher);
};
