import { until } from '../support/wait.ts';
import type { Kind } from './kinds.ts';
import type { Scene, Victim } from './victims.ts';

/** How often each verdict was heard. */
export type Tally = Readonly<Record<string, number>>;

const AT_ONCE = 4;
/** Ends that no daemon sees. */
const UNSEEN = 20;

const inTurns = async (count: number, work: () => Promise<void>): Promise<void> => {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

/** Lets `count` containers end as `kind` says; in the middle the daemon is killed, some end, and another daemon comes. */
export const tally = async (scene: Scene, kind: Kind, count: number): Promise<Tally> => {
  const counts: Record<string, number> = {};
  const hear = async (victim: Victim): Promise<void> => {
    const verdict = await scene.verdict(victim);
    counts[verdict] = (counts[verdict] ?? 0) + 1;
  };
  const one = async (): Promise<void> => {
    const victim = await scene.make(kind);
    await scene.end(victim);
    await hear(victim);
  };
  const unseen = Math.min(UNSEEN, Math.ceil(count / 2));
  const before = Math.floor((count - unseen) / 2);

  await inTurns(before, one);
  const victims: Victim[] = [];
  await inTurns(unseen, async () => void victims.push(await scene.make(kind)));
  await scene.away(async () => {
    await Promise.all(victims.map(scene.end));
    await until('all have ended', () => victims.every(scene.hasExit), 120);
  });
  await Promise.all(victims.map(hear));
  await inTurns(count - before - unseen, one);
  return counts;
};
