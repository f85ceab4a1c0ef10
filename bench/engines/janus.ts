import { type Bed, IMAGE, makeBed } from '../../tests/support/bed.ts';
import { connectV1 } from '../../tests/support/clients.ts';
import { crunRuntime } from '../../tests/support/crun.ts';
import { startDaemon } from '../../tests/support/daemon.ts';
import type { Contestant } from '../contestant.ts';
import { criPods } from '../cri-pods.ts';
import { orDispose } from './or-dispose.ts';

/** A janusd of its own, as it is built in dist/, with one of the runtimes. */
export const janus = async (runtime: 'runc' | 'crun', octet: number): Promise<Contestant> => {
  const bed: Bed = makeBed(`b${runtime}`, octet);
  const settings = {
    'default-runtime': runtime,
    runtimes: crunRuntime(bed),
    'log-level': 'INFO',
    'enable-pod-events': true,
    'insecure-registries': ['127.0.0.1'],
  };
  let daemon = await orDispose(bed, startDaemon(bed, settings));
  const cri = connectV1(bed.socket);
  const { runtimeVersion } = await cri.runtime.version({});
  return {
    name: `janus ${runtime}`,
    version: runtimeVersion,
    pods: criPods(cri, { image: IMAGE, logs: bed.logs, cgroupParent: `${bed.cgroupParent}/pods` }),
    engine: {
      cri,
      socket: bed.socket,
      image: IMAGE,
      records: bed.graph,
      get pid() {
        return daemon.pid;
      },
      restart: async () => {
        await daemon.kill();
        const begin = performance.now();
        daemon = await startDaemon(bed, settings);
        return performance.now() - begin;
      },
    },
    close: async () => {
      cri.close();
      await daemon.stop();
      bed.dispose();
    },
  };
};
