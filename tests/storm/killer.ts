import { setTimeout as delay } from 'node:timers/promises';
import type { SpawnedDaemon } from '../support/daemon.ts';
import { until } from '../support/wait.ts';
import type { Tally } from './asker.ts';
import type { Random } from './random.ts';

export interface KillerOptions {
  readonly start: () => SpawnedDaemon;
  readonly random: Random;
  readonly tally: Tally;
}

/** One in so many daemons is killed before it serves, if it takes long enough. */
const EARLY = 0.25;
const EARLY_MS = 1500;
const SERVING_MS = 1500;

/** Keeps a daemon running, and kills it. */
export const createKiller = ({ start, random, tally }: KillerOptions) => {
  let daemon: SpawnedDaemon;
  let done = false;
  let enough = false;

  const serving = async (): Promise<void> => {
    await until(
      'the daemon serves',
      () => {
        if (daemon.hasEnded()) throw new Error(`the daemon ended by itself: ${daemon.log().slice(-2000)}`);
        return daemon.serves();
      },
      60,
    );
  };

  /** On a slow machine clients need a while to come back; a daemon that nobody has asked anything is not worth a kill. */
  const answering = async (): Promise<void> => {
    const before = tally.answered;
    await until('some client is answered', () => tally.answered > before || daemon.hasEnded(), 120);
  };

  const killOnce = async (): Promise<void> => {
    if (random.chance(EARLY)) await delay(random.below(EARLY_MS));
    else {
      await serving();
      await answering();
      await delay(random.below(SERVING_MS));
    }
    if (daemon.hasEnded()) throw new Error(`the daemon ended by itself: ${daemon.log().slice(-2000)}`);
    if (!daemon.serves()) tally.killsBeforeServing += 1;
    await daemon.kill();
    tally.kills += 1;
    complaints();
    daemon = start();
  };

  /** What a daemon itself calls a fault of its own. */
  const complaints = (): void => {
    for (const line of daemon.log().split('\n'))
      if (/not recovered|cannot be read|the daemon fails/.test(line)) tally.violations.push(line.slice(0, 400));
  };

  return {
    isDone: () => done,
    /** No kill any more but the one under way. */
    stop: (): void => {
      enough = true;
    },
    hasStopped: () => enough,
    begin: async (): Promise<void> => {
      daemon = start();
      await serving();
    },
    rage: async (kills: number): Promise<void> => {
      done = false;
      try {
        for (let killed = 0; killed < kills && !enough; killed += 1) await killOnce();
        await serving();
      } finally {
        done = true;
      }
    },
    end: async (): Promise<void> => {
      complaints();
      const code = await daemon.stop();
      if (code !== 0) tally.violations.push(`the daemon ended with ${code}: ${daemon.log().slice(-2000)}`);
    },
  };
};
