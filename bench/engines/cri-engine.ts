import { type Bed, IMAGE } from '../../tests/support/bed.ts';
import { connectV1 } from '../../tests/support/clients.ts';
import type { RunningDaemon } from '../../tests/support/daemon.ts';
import { type Contestant, STALLED_MS } from '../contestant.ts';
import { criPods } from '../cri-pods.ts';
import { orUndo } from './or-undo.ts';

export interface CriEngine {
  readonly name: string;
  /** With all that the engine has; it goes with the contestant. */
  readonly bed: Bed;
  /** Starts the daemon; resolves when it serves. */
  readonly start: () => Promise<RunningDaemon>;
  readonly records?: string;
}

const STOP_MS = 30_000;

/** A daemon that does not end by itself is killed. */
const stopOrKill = async (daemon: RunningDaemon): Promise<void> => {
  const late = setTimeout(() => void daemon.kill(), STOP_MS);
  await daemon.stop();
  clearTimeout(late);
};

/** An engine behind its socket, which serves CRI v1. */
export const criEngine = async ({ name, bed, start, records }: CriEngine): Promise<Contestant> => {
  let daemon = await orUndo(() => bed.dispose(), start);
  const cri = connectV1(bed.socket, STALLED_MS);
  const close = async (): Promise<void> => {
    cri.close();
    await stopOrKill(daemon);
    bed.dispose();
  };
  const { runtimeVersion } = await orUndo(close, () => cri.runtime.version({}));
  const place = { image: IMAGE, cgroupParent: `${bed.cgroupParent}/pods` };
  return {
    name,
    version: runtimeVersion,
    pods: criPods(cri, { ...place, logs: bed.logs }),
    engine: {
      cri,
      socket: bed.socket,
      ...place,
      ...(records !== undefined && { records }),
      get pid() {
        return daemon.pid;
      },
      restart: async () => {
        await daemon.kill();
        const begin = performance.now();
        daemon = await start();
        return performance.now() - begin;
      },
    },
    close,
  };
};
