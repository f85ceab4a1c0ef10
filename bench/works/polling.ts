import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineAccess } from '../contestant.ts';
import { lower, raise } from '../fleet.ts';
import type { Samples, Work } from '../work.ts';

const SECONDS = 60;
const STATUS_EVERY = 5;
const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Node runs on

/** Processor seconds that a process has used: utime and stime of proc(5). The name before them may hold spaces. */
const processorTime = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

/** What a kubelet asks in a second: both lists, and sometimes the status of the runtime. */
const poll = async ({ cri: { runtime } }: EngineAccess, second: number): Promise<void> => {
  await Promise.all([runtime.listPodSandbox({}), runtime.listContainers({})]);
  if (second % STATUS_EVERY === 0) await runtime.status({});
};

/** The processor time that an engine uses while a kubelet does nothing but look at its pods. */
export const polling = (count: number): Work => {
  const name = `processor time of ${SECONDS} s polling, ${count} pods`;
  return {
    name: `polling-${count}`,
    figures: [{ name, unit: 's', of: 'p50' }],
    prepare: async ({ engine, pods }) => {
      if (engine === undefined) return undefined;
      const made = await raise(pods, count);
      return {
        round: async (): Promise<Samples> => {
          const before = processorTime(engine.pid);
          for (let second = 0; second < SECONDS; second += 1) await Promise.all([poll(engine, second), delay(1000)]);
          return { [name]: [processorTime(engine.pid) - before] };
        },
        close: () => lower(pods, made),
      };
    },
  };
};
