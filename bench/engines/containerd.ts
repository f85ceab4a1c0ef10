import { giveImages, startContainerd } from '../../tests/support/containerd.ts';
import type { Contestant } from '../contestant.ts';
import { PEER } from '../names.ts';
import { benchBed } from './bench-bed.ts';
import { criEngine } from './cri-engine.ts';
import { orUndo } from './or-undo.ts';

/** Debian's containerd over CRI v1, in directories of its own. */
export const containerd = async (octet: number): Promise<Contestant> => {
  const bed = benchBed('bctd', octet);
  const contestant = await criEngine({ name: PEER, bed, start: () => startContainerd(bed) });
  await orUndo(
    () => contestant.close(),
    () => giveImages(bed),
  );
  return contestant;
};
