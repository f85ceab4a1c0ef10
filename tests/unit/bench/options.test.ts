import { describe, expect, test } from 'vitest';
import { readOptions, usage } from '../../../bench/options.ts';

const known = {
  works: { pods: 'pods!', 'pods-together': 'together!', exec: 'exec!', 'standing-20': 'standing!' },
  makers: { janus: 'janus!', containerd: 'containerd!', floor: 'floor!' },
};

describe('the options of the benchmarks', () => {
  test('have defaults, all of which are known', () => {
    expect(readOptions([], known)).toEqual({
      works: Object.values(known.works),
      makers: Object.values(known.makers),
      rounds: 5,
      out: '.cache/bench',
    });
  });

  test('choose by name, in the order that is asked for', () => {
    const args = ['--work', 'exec,pods', '--against', 'floor', '--rounds', '9', '--out', 'here'];
    expect(readOptions(args, known)).toEqual({ works: ['exec!', 'pods!'], makers: ['floor!'], rounds: 9, out: 'here' });
  });

  test.each([
    [['--work', 'pod'], '--work: "pod" is none of pods, pods-together, exec, standing-20'],
    [['--work', 'toString'], '--work: "toString" is none of'],
    [['--against', 'janus,'], '--against: "" is none of janus, containerd, floor'],
    [['--rounds', '0'], '--rounds: must be a whole number from 1'],
    [['--rounds', '2.5'], '--rounds: must be a whole number from 1'],
    [['--round', '5'], '--round'],
    [['exec'], 'exec'],
  ])('that cannot be meant are said with their name: %j', (args, said) => {
    expect(() => readOptions(args, known)).toThrow(said);
  });

  test('can be asked for, and then name all there is', () => {
    expect(readOptions(['--help'], known)).toBeUndefined();
    for (const name of [...Object.keys(known.works), ...Object.keys(known.makers)])
      expect(usage(known)).toContain(name);
  });
});
