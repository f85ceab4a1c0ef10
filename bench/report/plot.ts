import { PEER } from '../names.ts';
import type { Row } from './rows.ts';
import { colourOf, escaped, legend, picture } from './svg.ts';

const BAR = 14;
const LEFT = 260;
const WIDTH = 420;
const MOST = 1.5;

/** Bars of the ratios to the peer; the line stands at 1. Longer bars end at the edge, with their figure. */
export const plot = (rows: readonly Row[], contestants: readonly string[]): string => {
  const shown = rows.filter(({ cells }) => cells.some(({ ratio }) => ratio !== undefined));
  const names = contestants.filter((name) => name !== PEER);
  const high = names.length * BAR + 10;
  const x = (ratio: number): number => LEFT + (Math.min(ratio, MOST) / MOST) * WIDTH;
  const bars = shown.flatMap(({ figure, cells }, row) => [
    `<text x="${LEFT - 8}" y="${40 + row * high + (high - 10) / 2 + 4}" text-anchor="end">${escaped(figure.name)}</text>`,
    ...names.flatMap((name, index) => {
      const ratio = cells.find(({ contestant }) => contestant === name)?.ratio;
      if (ratio === undefined) return [];
      const y = 40 + row * high + index * BAR;
      return [
        `<rect x="${LEFT}" y="${y}" width="${x(ratio.median) - LEFT}" height="${BAR - 2}" fill="${colourOf(name)}"/>`,
        `<text x="${x(ratio.median) + 4}" y="${y + BAR - 4}" font-size="10">${ratio.median.toFixed(2)}</text>`,
      ];
    }),
  ]);
  const height = 50 + shown.length * high;
  const one = `<line x1="${x(1)}" x2="${x(1)}" y1="30" y2="${height - 10}" stroke="#111" stroke-dasharray="4 3"/><text x="${x(1) + 4}" y="${height - 2}" font-size="10">${PEER} = 1</text>`;
  return picture({ title: `Ratios to ${PEER}, lower is better`, width: LEFT + WIDTH + 60, height }, [
    ...legend(names, LEFT),
    ...bars,
    one,
  ]);
};
