import { describe, expect, test } from 'vitest';
import { growthsOf, growthTables } from '../../../bench/report/growth.ts';
import { growthPlot } from '../../../bench/report/growth-plot.ts';
import { raceOf } from '../../../bench/report/race.ts';
import { outcome } from './races.ts';

const growths = growthsOf(
  raceOf([
    outcome({ name: 'Version, 100 pods' }, { 'janus runc': 3, containerd: 2 }),
    outcome({ name: 'Version, 10 pods' }, { 'janus runc': 1, containerd: 2 }, 1),
    outcome({ name: 'Version, 50 pods' }, { 'janus runc': 2 }),
    outcome({ name: 'memory per pod, 10 pods', unit: 'MB' }, { 'janus runc': 1 }),
    outcome({ name: 'pod up, 10 at a time' }, { 'janus runc': 1 }),
    outcome({ name: 'ListContainers, 1000 records' }, { 'janus runc': 20 }),
    outcome({ name: 'ListContainers, 5000 records' }, { 'janus runc': 101 }),
  ]),
);

describe('growth', () => {
  test('is of figures that differ in the number alone, in its order', () => {
    expect(growths.map(({ figure, what, unit }) => [figure, what, unit])).toEqual([
      ['Version, N pods', 'pods', 'ms'],
      ['ListContainers, N records', 'records', 'ms'],
    ]);
    expect(growths[0]?.lines).toEqual([
      {
        contestant: 'janus runc',
        points: [10, 50, 100].map((count, index) => ({ count, value: index + 1 })),
      },
      {
        contestant: 'containerd',
        points: [10, 100].map((count) => ({ count, value: 2 })),
      },
    ]);
  });

  test('is a table for pods and one for records', () => {
    expect(growthTables(growths).split('\n')).toEqual([
      '| figure | unit | engine | 10 | 50 | 100 |',
      '| --- | --- | --- | --- | --- | --- |',
      '| Version, N pods | ms | janus runc | 1.00 | 2.00 | 3.00 |',
      '| Version, N pods | ms | containerd | 2.00 |  | 2.00 |',
      '',
      '| figure | unit | engine | 1000 | 5000 |',
      '| --- | --- | --- | --- | --- |',
      '| ListContainers, N records | ms | janus runc | 20.0 | 101 |',
      '',
    ]);
  });

  test('is a panel each, with a line for each contestant', () => {
    const svg = growthPlot(growths);
    expect(svg.match(/<g /g)).toHaveLength(2);
    expect(svg.match(/<polyline /g)).toHaveLength(3);
    expect(svg).not.toContain('NaN');
  });
});
