import type { Growth, Point } from './growth.ts';
import { colourOf, legend, picture, text } from './svg.ts';
import { number } from './table.ts';

const PER_LINE = 3;
const [WIDTH, HEIGHT] = [310, 200];
/** Within a panel: where its axes are. */
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 14, 30, 26];
const HEAD = 30;
/** Numbers closer to each other than this are not written. */
const APART = 22;

interface Scale {
  readonly x: (count: number) => number;
  readonly y: (value: number) => number;
}

/** Both from 0, so that a straight line is a cost that grows as the number does. */
const scaleOf = (points: readonly Point[]): Scale => {
  const [wide, high] = [Math.max(...points.map(({ count }) => count)), Math.max(...points.map(({ value }) => value))];
  return {
    x: (count) => LEFT + (count / wide) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - (value / high) * (HEIGHT - TOP - BOTTOM),
  };
};

const curves = ({ lines }: Growth, { x, y }: Scale): readonly string[] =>
  lines.flatMap(({ contestant, points }) => {
    const colour = colourOf(contestant);
    const places = points.map(({ count, value }) => ({ x: x(count).toFixed(1), y: y(value).toFixed(1) }));
    const path = places.map((place) => `${place.x},${place.y}`).join(' ');
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...places.map((place) => `<circle cx="${place.x}" cy="${place.y}" r="2.5" fill="${colour}"/>`),
    ];
  });

/** From the greatest down, as many as have room. */
const written = (counts: readonly number[], { x }: Scale): readonly number[] => {
  const kept: number[] = [];
  for (const count of [...counts].reverse()) {
    const next = kept[kept.length - 1];
    if (next === undefined || x(next) - x(count) >= APART) kept.push(count);
  }
  return kept;
};

const axes = (points: readonly Point[], scale: Scale): readonly string[] => {
  const { x, y } = scale;
  const counts = [...new Set(points.map(({ count }) => count))].sort((a, b) => a - b);
  const high = Math.max(...points.map(({ value }) => value));
  const bottom = HEIGHT - BOTTOM;
  return [
    `<path d="M${LEFT},${TOP} V${bottom} H${WIDTH - RIGHT}" fill="none" stroke="#6b7280"/>`,
    ...written(counts, scale).map((count) =>
      text(String(count), { x: x(count), y: bottom + 14, anchor: 'middle', size: 10 }),
    ),
    ...[0, high / 2, high].map((value) =>
      text(value === 0 ? '0' : number(value), { x: LEFT - 5, y: y(value) + 4, anchor: 'end', size: 10 }),
    ),
  ];
};

const panel = (growth: Growth, index: number): string => {
  const points = growth.lines.flatMap((line) => line.points);
  const scale = scaleOf(points);
  const [left, top] = [(index % PER_LINE) * WIDTH, HEAD + Math.floor(index / PER_LINE) * HEIGHT];
  return [
    `<g transform="translate(${left},${top})">`,
    text(`${growth.figure} [${growth.unit}]`, { x: 12, y: 20 }),
    ...axes(points, scale),
    ...curves(growth, scale),
    '</g>',
  ].join('\n');
};

/** Each figure over the number of pods, or of records: a panel each. */
export const growthPlot = (growths: readonly Growth[]): string => {
  const names = [...new Set(growths.flatMap(({ lines }) => lines.map(({ contestant }) => contestant)))];
  const height = HEAD + Math.ceil(growths.length / PER_LINE) * HEIGHT;
  return picture({ title: 'How the figures grow, lower is better', width: PER_LINE * WIDTH, height }, [
    ...legend(names, 10),
    ...growths.map(panel),
  ]);
};
