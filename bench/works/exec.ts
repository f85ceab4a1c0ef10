import type { Samples, Work } from '../work.ts';

const COUNT = 40;
const AT_ONCE = 20;
/** What each of those at a time does, one after the other. */
const IN_TURN = 3;
const together = `ExecSync, ${AT_ONCE} at a time`;

/** ExecSync of `true` in a running container. */
export const execSync: Work = {
  name: 'exec',
  figures: [
    { name: 'ExecSync p50', unit: 'ms', of: 'p50' },
    { name: 'ExecSync p99', unit: 'ms', of: 'p99' },
    { name: together, unit: 'ms', of: 'p50' },
  ],
  prepare: async ({ engine, pods }) => {
    if (engine === undefined) return undefined;
    const pod = await pods.up();
    const { runtime } = engine.cri;
    const one = async (): Promise<number> => {
      const begin = performance.now();
      const { exitCode } = await runtime.execSync({ containerId: pod.containerId, cmd: ['/bin/true'], timeout: 30n });
      if (exitCode !== 0) throw new Error(`true ended with ${exitCode}`);
      return performance.now() - begin;
    };
    const several = async (): Promise<void> => {
      for (let i = 0; i < IN_TURN; i += 1) await one();
    };
    for (let i = 0; i < 5; i += 1) await one();
    return {
      round: async (): Promise<Samples> => {
        const samples: number[] = [];
        for (let i = 0; i < COUNT; i += 1) samples.push(await one());
        const begin = performance.now();
        await Promise.all(Array.from({ length: AT_ONCE }, several));
        const each = (performance.now() - begin) / (AT_ONCE * IN_TURN);
        return { 'ExecSync p50': samples, 'ExecSync p99': samples, [together]: [each] };
      },
      close: () => pods.down(pod),
    };
  },
};
