import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Contestant } from '../../../bench/contestant.ts';
import { run, type Standing } from '../../../bench/run.ts';
import type { Work } from '../../../bench/work.ts';

const never = (): Promise<void> => Promise.reject(new Error('not asked for'));

/** Stands where an engine does; says what becomes of it. */
const contestant = (name: string, events: string[]): Contestant => ({
  name,
  version: '1',
  pods: { up: () => Promise.reject(new Error('no pods')), down: () => Promise.resolve() },
  tools: { exec: never, pull: never, remove: never },
  close: () => Promise.resolve(void events.push(`${name} closed`)),
});

const work = (events: string[], round: () => Promise<void>): Work => ({
  name: 'work',
  figures: [{ name: 'figure', unit: 'ms', of: 'p50' }],
  prepare: () =>
    Promise.resolve({
      round: async () => {
        await round();
        return { figure: [1] };
      },
      close: () => Promise.resolve(void events.push('work closed')),
    }),
});

const quietly = (cut: AbortSignal, standings: Standing[] = []) => ({
  say: () => undefined,
  cut,
  report: (standing: Standing) => void standings.push({ ...standing, outcomes: [...standing.outcomes] }),
});

test('each work is told of as soon as it is done, and all contestants go at the end', async () => {
  const events: string[] = [];
  const standings: Standing[] = [];
  const makers = [() => contestant('a', events), () => Promise.resolve(contestant('b', events))];
  const done = work(events, () => Promise.resolve());
  const broken = work(events, () => Promise.reject(new Error('broken')));
  const running = run({ works: [done, broken], makers, rounds: 2 }, quietly(new AbortController().signal, standings));
  await expect(running).rejects.toThrow('broken');
  expect(standings.map(({ outcomes }) => outcomes.length)).toEqual([1]);
  expect(standings[0]?.outcomes[0]?.measured.map(({ rounds }) => rounds.length)).toEqual([2, 2]);
  expect(events).toEqual(['work closed', 'work closed', 'work closed', 'work closed', 'b closed', 'a closed']);
});

test('a contestant that is being made when the run is cut short is taken away too', async () => {
  const events: string[] = [];
  const controller = new AbortController();
  const makers = [
    async () => {
      controller.abort(new Error('ended by SIGINT'));
      await delay(1);
      return contestant('a', events);
    },
    () => contestant('never', events),
  ];
  await expect(run({ works: [], makers, rounds: 1 }, quietly(controller.signal))).rejects.toThrow('ended by SIGINT');
  expect(events).toEqual(['a closed']);
});

test('a round that is cut short loses its engines first, and is then waited for', async () => {
  const events: string[] = [];
  const controller = new AbortController();
  const slow = work(events, async () => {
    controller.abort(new Error('ended by SIGTERM'));
    while (!events.includes('a closed')) await delay(1);
    throw new Error('the engine is gone');
  });
  const running = run(
    { works: [slow], makers: [() => contestant('a', events)], rounds: 1 },
    quietly(controller.signal),
  );
  await expect(running).rejects.toThrow('ended by SIGTERM');
  expect(events).toEqual(['a closed', 'work closed']);
});
