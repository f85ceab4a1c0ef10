import { IMAGE, makeBed } from '../../tests/support/bed.ts';
import { connectV1 } from '../../tests/support/clients.ts';
import { giveImages, startContainerd } from '../../tests/support/containerd.ts';
import type { Contestant } from '../contestant.ts';
import { criPods } from '../cri-pods.ts';
import { orDispose } from './or-dispose.ts';

/** Debian's containerd over CRI v1, in directories of its own. */
export const containerd = async (octet: number): Promise<Contestant> => {
  const bed = makeBed('bctd', octet);
  let daemon = await orDispose(bed, startContainerd(bed));
  giveImages(bed);
  const cri = connectV1(bed.socket);
  const { runtimeVersion } = await cri.runtime.version({});
  return {
    name: 'containerd',
    version: runtimeVersion,
    pods: criPods(cri, { image: IMAGE, logs: bed.logs, cgroupParent: `${bed.cgroupParent}/pods` }),
    engine: {
      cri,
      socket: bed.socket,
      image: IMAGE,
      get pid() {
        return daemon.pid;
      },
      restart: async () => {
        await daemon.kill();
        const begin = performance.now();
        daemon = await startContainerd(bed);
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
