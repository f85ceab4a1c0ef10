import type { Machine } from '../machine.ts';
import { PEER } from '../names.ts';
import type { Cell, Row } from './rows.ts';
import { number, table } from './table.ts';

const cell = (found: Cell | undefined): string => {
  if (found === undefined) return '';
  const { value, noise, ratio } = found;
  const plain = `${number(value)} ±${(noise * 100).toFixed(0)} %`;
  if (ratio === undefined) return plain;
  return `${plain}; **${ratio.median.toFixed(2)}** (${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)})`;
};

/** The table that people read. A cell: the median of all rounds and half its interquartile range; the ratio to the peer's, with the least and the most of a pair. */
export const markdown = (rows: readonly Row[], contestants: readonly string[], machine: Machine): string => {
  const head = ['work', 'unit', ...contestants];
  const body = rows.map(({ figure, cells }) => [
    figure.name,
    figure.unit,
    ...contestants.map((name) => cell(cells.find(({ contestant }) => contestant === name))),
  ]);
  return [
    `Bold: the ratio to ${PEER} (lower is better), the median of ${machine.rounds} pairs of rounds; least and most of a pair behind it.`,
    `${machine.description}`,
    '',
    table(head, body),
  ].join('\n');
};
