import { expect, test } from 'vitest';
import { TARGETS } from '../../../bench/report/targets.ts';
import { works } from '../../../bench/works.ts';

test('every target is of a figure that some work measures', () => {
  const figures = new Set(works.flatMap((work) => work.figures.map(({ name }) => name)));
  expect(TARGETS.map(({ figure }) => figure).filter((figure) => !figures.has(figure))).toEqual([]);
});
