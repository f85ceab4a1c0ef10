import { expect, test } from 'vitest';
import { raceOf } from '../../../bench/report/race.ts';
import { racePlot } from '../../../bench/report/race-plot.ts';
import { outcome } from './races.ts';

const race = (janus: number, rounds = 5) =>
  raceOf([
    outcome({ name: 'pod up' }, { 'janus runc': janus, containerd: 100 }, rounds),
    outcome({ name: 'Exec p50' }, { 'janus crun': 20, containerd: 40 }, rounds),
  ]);

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

test('a circle for each ratio of each race, and a mark where there is a target', () => {
  const svg = racePlot([race(60), race(45)]);
  expect(count(svg, /<circle /g)).toBe(4);
  expect(count(svg, /class="target"/g)).toBe(1);
  expect(svg).toContain('>0.60 / 0.45, to reach 0.50<');
});

test('what has no ratio is left out', () => {
  const svg = racePlot([race(60, 4), race(45, 4)]);
  expect(count(svg, /<circle /g)).toBe(0);
  expect(svg).not.toContain('pod up');
  expect(svg).not.toContain('undefined');
});
