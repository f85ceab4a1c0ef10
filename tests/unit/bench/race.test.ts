import { describe, expect, test } from 'vitest';
import { raceOf, ratioIn, valuesIn } from '../../../bench/report/race.ts';
import { floorTable, raceTable } from '../../../bench/report/race-table.ts';
import { reached } from '../../../bench/report/reached.ts';
import { outcome } from './races.ts';

const podUp = (janus: number, rounds = 5) =>
  raceOf([
    outcome({ name: 'pod up' }, { 'janus runc': janus, 'janus crun': 30, containerd: 100, 'bare tools': 40 }, rounds),
  ]);

const rowOf = (table: string, figure: string): readonly string[] => {
  const line = table.split('\n').find((each) => each.startsWith(`| ${figure} |`)) ?? '';
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
};

describe('a race', () => {
  test('takes one figure from the samples of another', () => {
    const figures = [{ name: 'slowest', unit: 'ms', of: 'p99', samples: 'calls' } as const];
    const rounds = [{ calls: [1, 2, 9] }, { calls: [8, 1] }];
    const race = raceOf([{ work: { name: 'work', figures }, measured: [{ contestant: 'janus runc', rounds }] }]);
    expect(valuesIn(race, 'slowest', 'janus runc')).toEqual([9, 8]);
  });

  test('has a figure once', () => {
    const twice = outcome({ name: 'pod up' }, { containerd: 1 });
    expect(() => raceOf([twice, twice])).toThrow('pod up is twice');
  });

  test.each([
    ['janus runc', 'containerd', { median: 0.5, least: 0.5, most: 0.5 }],
    ['janus runc', 'nobody', undefined],
  ])('%s over %s', (of, to, expected) => expect(ratioIn(podUp(50), 'pod up', { of, to })).toEqual(expected));

  test('of four rounds gives no ratio', () => {
    expect(ratioIn(podUp(50, 4), 'pod up', { of: 'janus runc', to: 'containerd' })).toBe('too few rounds');
  });
});

describe('a target', () => {
  const ratio = { figure: 'pod up', most: 0.5, of: 'ratio' } as const;

  test.each([
    [[50, 49], 'yes'],
    [[51, 50], 'once'],
    [[51, 60], 'no'],
  ])('with %j of 100 it is reached: %s', (values, expected) => {
    expect(
      reached(
        ratio,
        values.map((value) => podUp(value)),
      ),
    ).toBe(expected);
  });

  test('says nothing of too few rounds, or of what one race lacks', () => {
    expect(reached(ratio, [podUp(10), podUp(10, 4)])).toBe('not measured');
    expect(reached(ratio, [podUp(10), raceOf([])])).toBe('not measured');
  });

  test('can be over the bare tools', () => {
    expect(reached({ ...ratio, of: 'floor', most: 1.25 }, [podUp(50), podUp(50)])).toBe('yes');
    expect(reached({ ...ratio, of: 'floor', most: 1.2 }, [podUp(50), podUp(50)])).toBe('no');
  });

  test('can be in milliseconds, without a peer', () => {
    const races = [9, 11].map((ms) => raceOf([outcome({ name: 'event of a death p50' }, { 'janus runc': ms })]));
    expect(reached({ figure: 'event of a death p50', most: 10, of: 'ms' }, races)).toBe('once');
  });
});

describe('the table', () => {
  test('has both races, the verdict and the last medians', () => {
    expect(rowOf(raceTable([podUp(60), podUp(45)]), 'pod up')).toEqual([
      'pod up',
      '0.50',
      '**0.60** (0.60 to 0.60)',
      '**0.45** (0.45 to 0.45)',
      'once',
      ...['**0.30** (0.30 to 0.30)', '**0.30** (0.30 to 0.30)'],
      ...['**0.40** (0.40 to 0.40)', '**0.40** (0.40 to 0.40)'],
      ...['45.0 ms ±0 %', '100 ms ±0 %'],
    ]);
  });

  test('refuses a ratio of four rounds', () => {
    const row = rowOf(raceTable([podUp(10), podUp(10, 4)]), 'pod up');
    expect(row.slice(2, 5)).toEqual(['**0.10** (0.10 to 0.10)', 'too few rounds', 'not measured']);
  });

  test('names the targets that nobody has measured', () => {
    expect(rowOf(raceTable([podUp(1), podUp(1)]), 'PullImage, small').slice(1, 5)).toEqual([
      ...['1.00', '', ''],
      'not measured',
    ]);
  });

  test('of the floor has only what the bare tools do', () => {
    const race = raceOf([outcome({ name: 'Version, 100 pods' }, { 'janus runc': 1, containerd: 1 })]);
    expect(rowOf(floorTable([race, race]), 'Version, 100 pods')).toEqual([]);
    expect(rowOf(floorTable([podUp(50), podUp(44)]), 'pod up').slice(1, 5)).toEqual([
      '1.25',
      ...['**1.25** (1.25 to 1.25)', '**1.10** (1.10 to 1.10)'],
      'yes',
    ]);
  });
});
